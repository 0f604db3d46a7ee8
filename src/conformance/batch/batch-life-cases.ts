import type { BatchObservation } from '../../contract/batch-observation.ts';
import { isFinalBatchState, isLegalBatchMove } from '../../contract/batch-state.ts';
import { check } from '../check.ts';
import { needsFaults } from '../kit-case.ts';
import { caseNeeding, needsDoomedRuns, someRuns, type BatchCase, type BatchTrial } from './batch-trial.ts';

const lifeCase = caseNeeding();

/** B-010 … B-014: what is reported of a batch. */
export const BATCH_LIFE_CASES: readonly BatchCase[] = [
  lifeCase('B-010', 'a batch makes legal moves only, and stays where it ended', async (trial) => {
    const first = await trial.start(someRuns(4));
    const seen = [first];
    await trial.untilFinal(first.handle, (observation) => seen.push(observation));
    await trial.pass(trial.subject.capabilities.watchIntervalMs.max);
    seen.push(await trial.describe(first.handle));
    const states = seen.flatMap(({ state }) => state ?? []);
    states.reduce((before, state) => {
      check(state === before || isLegalBatchMove(before, state), `the batch went from '${before}' to '${state}'`);
      return state;
    });
    check(states.at(-1) === 'finished', `the batch ended as '${states.at(-1)}', and nothing had stopped it`);
  }),
  lifeCase('B-010', 'a batch is final exactly when no run is running or will run', async (trial) => {
    const { handle } = await trial.start(someRuns(2));
    const last = await trial.untilFinal(handle, ({ state, final }) => {
      if (state !== undefined) check(final === isFinalBatchState(state), `'${state}' has final: ${final}`);
    });
    const live = await trial.oracle.liveRuns(handle.id);
    check(live === 0, `the batch is final (${last.nativeState}) and ${live} of its runs hold something`);
  }),
  caseNeeding(needsFaults('unknown-state'))(
    'B-011',
    'an unknown native state gives no state and is not final',
    async (trial) => {
      const { handle } = await trial.start(someRuns(2));
      await trial.inject({ kind: 'unknown-state' });
      const { state, final, nativeState } = await trial.describe(handle);
      check(state === undefined, `the unknown native state '${nativeState}' is reported as '${state}'`);
      check(!final, `the unknown native state '${nativeState}' is reported as final`);
    },
  ),
  lifeCase('B-012', 'there is no outcome before the end, and success when every run succeeded', async (trial) => {
    const { handle } = await trial.start(someRuns(3));
    const last = await trial.untilFinal(handle, ({ final, outcome, nativeState }) => {
      check(final || outcome === undefined, `the outcome is '${outcome}' while the batch is ${nativeState}`);
    });
    check(last.outcome === 'succeeded', `every run succeeded and the outcome is '${last.outcome}'`);
  }),
  ...(['failing', 'refused'] as const).map((fate) =>
    caseNeeding(needsDoomedRuns)('B-012', `a ${fate} run makes the outcome partial`, async (trial) => {
      const { handle } = await trial.start([...someRuns(2), { id: trial.doomedRuns[fate] }]);
      const { outcome } = await trial.untilFinal(handle);
      check(outcome === 'partial', `one of three runs was ${fate} and the outcome is '${outcome}'`);
    }),
  ),
  caseNeeding(needsDoomedRuns)(
    'B-013',
    'counts have every run exactly once, and exact counts leave none uncounted',
    async (trial) => {
      const { refused, failing } = trial.doomedRuns;
      const first = await trial.start([...someRuns(3), { id: refused }, { id: failing }]);
      checkCounts(first, 5);
      const last = await trial.untilFinal(first.handle, (seen) => checkCounts(seen, 5));
      check(last.countsAreExact, 'the batch has ended and its counts are not exact');
      check(last.counts?.completed === 3, `three runs completed and the counts report ${last.counts?.completed}`);
      check(last.counts.failed === 2, `one run was refused and one failed; the counts report ${last.counts.failed}`);
    },
  ),
  lifeCase('B-014', 'an aborted call fails at once and does not reach the service', async (trial) => {
    const { handle } = await trial.start(someRuns(1));
    for (const [verb, call] of Object.entries(abortedCalls(trial, handle))) {
      await trial.withoutRequests(`an aborted ${verb}`, () => trial.failsNow(call(), 'aborted', verb));
    }
  }),
];

function abortedCalls(
  trial: BatchTrial,
  handle: BatchObservation['handle'],
): Readonly<Record<string, () => Promise<unknown>>> {
  const { provider } = trial;
  const call = trial.call({ signal: AbortSignal.abort() });
  return {
    describe: () => provider.describe(handle, call),
    listPage: () => provider.listPage({ by: 'nothing' }, undefined, call),
    runsPage: () => provider.runsPage(handle, { by: 'nothing' }, undefined, call),
    runStatesPage: () => provider.runStatesPage(handle, undefined, undefined, call),
    cancel: () => provider.cancel(handle, call),
    deleteRuns: () => provider.deleteRuns(handle, call),
    deleteRecord: () => provider.deleteRecord(handle, call),
    ...(provider.describeRun && { describeRun: provider.describeRun.bind(provider, handle, '1234567', call) }),
  };
}

function checkCounts({ counts, totalRuns, countsAreExact, nativeState }: BatchObservation, total: number): void {
  check((totalRuns ?? total) === total, `the batch has ${total} runs and reports ${totalRuns}`);
  if (counts === undefined) return;
  check(totalRuns === total, `the batch is ${nativeState} and has counts without their total`);
  const { submitted, ...others } = counts;
  const sum = Object.values(others).reduce((all, count) => all + count);
  check(sum === total, `${total} runs are counted as ${sum} while the batch is ${nativeState}`);
  const { uncounted } = counts;
  check(uncounted === 0 || !countsAreExact, `counts are exact although ${uncounted} runs are uncounted`);
  check(submitted <= total, `${submitted} of ${total} runs are counted as submitted`);
}
