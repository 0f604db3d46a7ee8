import type { BatchOperation } from '../../contract/operations.ts';
import { check } from '../conformance-case.ts';
import { defineBatchCase, type BatchCase } from './batch-case.ts';
import { someRuns, type BatchTrial } from './batch-trial.ts';

/** The verbs that end something; their names say what. */
const ENDS = ['cancel', 'deleteRuns', 'deleteRecord'] as const satisfies readonly BatchOperation[];

/** B-030 and B-031: how a batch and its records end. */
export const BATCH_ENDING_CASES: readonly BatchCase[] = [
  defineBatchCase({
    rule: 'B-030',
    title: 'cancelling twice succeeds, at once and after the end',
    run: async (trial) => {
      const handle = await trial.startCreated(someRuns(8));
      for (let times = 0; times < 2; times++) await cancel(trial, handle);
      await trial.untilFinal(handle);
      const last = await cancel(trial, handle);
      check(last.state === 'cancelled', `after a third cancel the batch is ${last.nativeState}`);
    },
  }),
  defineBatchCase({
    rule: 'B-030',
    title: 'cancelling what has finished succeeds and changes nothing',
    run: async (trial) => {
      const { handle } = await trial.start(someRuns(1));
      await trial.untilFinal(handle);
      const { state } = await cancel(trial, handle);
      check(state === 'finished', `a finished batch is '${state}' after a cancel`);
    },
  }),
  defineBatchCase({
    rule: 'B-030',
    title: 'deleting the runs, and the record, succeeds again when it has happened',
    run: async (trial) => {
      const { provider } = trial;
      const { handle } = await trial.start(someRuns(1));
      await trial.untilFinal(handle);
      for (let times = 0; times < 2; times++) await trial.settle(provider.deleteRuns(handle, trial.call()));
      await trial.pass(trial.subject.capabilities.watchIntervalMs.max);
      for (let times = 0; times < 2; times++) await trial.settle(provider.deleteRecord(handle, trial.call()));
    },
  }),
  defineBatchCase({
    rule: 'B-030',
    title: 'looking at a batch that there is not fails with not-found; deleting its record succeeds',
    run: async (trial) => {
      const { provider, unknownHandle } = trial;
      await trial.fails(provider.describe(unknownHandle, trial.call()), 'not-found', 'describe');
      await trial.settle(provider.deleteRecord(unknownHandle, trial.call()));
    },
  }),
  defineBatchCase({
    rule: 'B-031',
    title: 'cancel stops the work and deletes nothing',
    run: async (trial) => {
      const handle = await trial.startCreated(someRuns(8));
      await only(trial, 'cancel', () => trial.provider.cancel(handle, trial.call()));
      const last = await trial.untilFinal(handle);
      check(last.state === 'cancelled', `a batch that was cancelled ended as ${last.nativeState}`);
      const live = await trial.oracle.liveRuns(handle.id);
      check(live === 0, `the batch is cancelled and ${live} of its runs still hold something`);
    },
  }),
  defineBatchCase({
    rule: 'B-031',
    title: 'deleteRuns deletes the records of the runs, and that of the batch stays',
    run: async (trial) => {
      const { provider } = trial;
      const { handle } = await trial.start(someRuns(2));
      await trial.untilFinal(handle);
      await only(trial, 'deleteRuns', () => provider.deleteRuns(handle, trial.call()));
      await trial.pass(trial.subject.capabilities.watchIntervalMs.max);
      const states = await trial.all((next) => provider.runStatesPage(handle, undefined, next, trial.call()));
      const left = states.filter(({ state }) => state !== 'deleted');
      check(left.length === 0, `the runs were deleted and ${left.length} of them are still listed`);
      const { final } = await trial.describe(handle);
      check(final, 'the batch is under way again after its runs were deleted');
    },
  }),
  defineBatchCase({
    rule: 'B-031',
    title: 'deleteRecord deletes the record of the batch, and its runs stay',
    run: async (trial) => {
      const { provider } = trial;
      const { handle } = await trial.start(someRuns(2));
      await trial.untilFinal(handle);
      await only(trial, 'deleteRecord', () => provider.deleteRecord(handle, trial.call()));
      await trial.pass(trial.subject.capabilities.watchIntervalMs.max);
      await trial.fails(provider.describe(handle, trial.call()), 'not-found', 'describing what was deleted');
    },
  }),
  ...(['deleteRuns', 'deleteRecord'] as const).map((verb) =>
    defineBatchCase({
      rule: 'B-031',
      title: `${verb} is refused while the batch is not over, and nothing has happened then`,
      run: async (trial) => {
        const { handle } = await trial.start(someRuns(4));
        await trial.fails(trial.provider[verb](handle, trial.call()), 'conflict', verb);
        const last = await trial.untilFinal(handle);
        check(
          last.counts?.completed === 4,
          `of 4 runs ${last.counts?.completed} have completed after a refused ${verb}`,
        );
      },
    }),
  ),
];

function cancel(trial: BatchTrial, handle: Parameters<BatchTrial['describe']>[0]) {
  return trial.settle(trial.provider.cancel(handle, trial.call()));
}

/** Runs one verb and expects that none of the others reaches the service. */
async function only(trial: BatchTrial, verb: (typeof ENDS)[number], action: () => Promise<unknown>): Promise<void> {
  const others = ENDS.filter((end) => end !== verb);
  const count = async (): Promise<number> => {
    let requests = 0;
    for (const end of others) requests += await trial.oracle.requestCount(end);
    return requests;
  };
  const before = await count();
  await trial.settle(action());
  const made = (await count()) - before;
  check(made === 0, `${verb} made ${made} requests of ${others.join(' or ')}`);
}
