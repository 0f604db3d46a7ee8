import type { BatchObservation } from '../../contract/batch-observation.ts';
import type { BatchOperation } from '../../contract/operations.ts';
import type { SessionHandle } from '../../contract/session-handle.ts';
import { check } from '../check.ts';
import { caseNeeding, someRuns, type BatchCase, type BatchTrial } from './batch-trial.ts';

/** The verbs that end something. */
const ENDS = ['cancel', 'deleteRuns', 'deleteRecord'] as const satisfies readonly BatchOperation[];

const endingCase = caseNeeding();

/** B-030 and B-031: how batches and their records end. */
export const BATCH_ENDING_CASES: readonly BatchCase[] = [
  endingCase('B-030', 'cancelling again succeeds, at once and after the end', async (trial) => {
    const handle = await trial.startCreated(someRuns(8));
    for (let times = 0; times < 2; times++) await cancel(trial, handle);
    await trial.untilFinal(handle);
    const last = await cancel(trial, handle);
    check(last.state === 'cancelled', `after a third cancel the batch is ${last.nativeState}`);
  }),
  endingCase('B-030', 'cancelling a finished batch succeeds and changes nothing', async (trial) => {
    const { state } = await cancel(trial, await trial.startFinal(someRuns(1)));
    check(state === 'finished', `a finished batch is '${state}' after a cancel`);
  }),
  endingCase('B-030', 'deleting the runs and the record again succeeds', async (trial) => {
    const { provider } = trial;
    const handle = await trial.startFinal(someRuns(1));
    for (let times = 0; times < 2; times++) await trial.settle(provider.deleteRuns(handle, trial.call()));
    await trial.pass(trial.subject.capabilities.watchIntervalMs.max);
    for (let times = 0; times < 2; times++) await trial.settle(provider.deleteRecord(handle, trial.call()));
  }),
  endingCase(
    'B-030',
    'describing an unknown batch fails with not-found; deleting its record succeeds',
    async (trial) => {
      const { provider, unknownHandle } = trial;
      await trial.fails(provider.describe(unknownHandle, trial.call()), 'not-found', 'describe');
      await trial.settle(provider.deleteRecord(unknownHandle, trial.call()));
    },
  ),
  endingCase('B-031', 'cancel stops the work and deletes nothing', async (trial) => {
    const handle = await trial.startCreated(someRuns(8));
    await only(trial, 'cancel', handle);
    const last = await trial.untilFinal(handle);
    check(last.state === 'cancelled', `a batch that was cancelled ended as ${last.nativeState}`);
    const live = await trial.oracle.liveRuns(handle.id);
    check(live === 0, `the batch is cancelled and ${live} of its runs still hold something`);
  }),
  endingCase('B-031', 'deleteRuns deletes the records of the runs, and that of the batch stays', async (trial) => {
    const handle = await trial.startFinal(someRuns(2));
    await only(trial, 'deleteRuns', handle);
    await trial.pass(trial.subject.capabilities.watchIntervalMs.max);
    const states = await trial.all((next) => trial.provider.runStatesPage(handle, undefined, next, trial.call()));
    const left = states.filter(({ state }) => state !== 'deleted');
    check(left.length === 0, `the runs were deleted and ${left.length} of them are still listed`);
    const { final } = await trial.describe(handle);
    check(final, 'the batch is running again after its runs were deleted');
  }),
  endingCase('B-031', 'deleteRecord deletes the record of the batch, and its runs stay', async (trial) => {
    const handle = await trial.startFinal(someRuns(2));
    await only(trial, 'deleteRecord', handle);
    await trial.pass(trial.subject.capabilities.watchIntervalMs.max);
    await trial.fails(trial.provider.describe(handle, trial.call()), 'not-found', 'describing a deleted batch');
  }),
  ...(['deleteRuns', 'deleteRecord'] as const).map((verb) =>
    endingCase('B-031', `${verb} is refused before the batch has ended, and changes nothing`, async (trial) => {
      const { handle } = await trial.start(someRuns(4));
      await trial.fails(trial.provider[verb](handle, trial.call()), 'conflict', verb);
      const completed = (await trial.untilFinal(handle)).counts?.completed;
      check(completed === 4, `of 4 runs ${completed} have completed after a refused ${verb}`);
    }),
  ),
];

function cancel(trial: BatchTrial, handle: SessionHandle): Promise<BatchObservation> {
  return trial.settle(trial.provider.cancel(handle, trial.call()));
}

/** Calls one verb and checks that no request of the others reaches the service. */
async function only(trial: BatchTrial, verb: (typeof ENDS)[number], handle: SessionHandle): Promise<void> {
  const others = ENDS.filter((end) => end !== verb);
  const count = async (): Promise<number> => {
    let requests = 0;
    for (const end of others) requests += await trial.oracle.requestCount(end);
    return requests;
  };
  const before = await count();
  await trial.settle<unknown>(trial.provider[verb](handle, trial.call()));
  const made = (await count()) - before;
  check(made === 0, `${verb} made ${made} requests of ${others.join(' or ')}`);
}
