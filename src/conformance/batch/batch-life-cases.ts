import type { BatchCounts, BatchObservation } from '../../contract/batch-observation.ts';
import { isFinalBatchState, isLegalBatchMove } from '../../contract/batch-state.ts';
import { check } from '../conformance-case.ts';
import { defineBatchCase, doomedRunsOf, needsDoomedRuns, needsFault, type BatchCase } from './batch-case.ts';
import { someRuns, type BatchTrial } from './batch-trial.ts';

/** B-010 … B-014: what a batch shows of itself. */
export const BATCH_LIFE_CASES: readonly BatchCase[] = [
  defineBatchCase({
    rule: 'B-010',
    title: 'a batch moves along the legal moves, and stays where it ended',
    run: async (trial) => {
      const first = await trial.start(someRuns(4));
      const looks = [first];
      await trial.untilFinal(first.handle, (look) => looks.push(look));
      await trial.pass(trial.subject.capabilities.watchIntervalMs.max);
      looks.push(await trial.describe(first.handle));
      const states = looks.flatMap(({ state }) => state ?? []);
      states.reduce((before, state) => {
        check(state === before || isLegalBatchMove(before, state), `the batch went from '${before}' to '${state}'`);
        return state;
      });
      check(states.at(-1) === 'finished', `the last look shows '${states.at(-1)}'; nothing had stopped it`);
    },
  }),
  defineBatchCase({
    rule: 'B-010',
    title: 'a batch is final exactly in the states in which nothing runs or will run',
    run: async (trial) => {
      const { handle } = await trial.start(someRuns(2));
      const last = await trial.untilFinal(handle, ({ state, final }) => {
        if (state !== undefined) check(final === isFinalBatchState(state), `'${state}' is shown with final: ${final}`);
      });
      const live = await trial.oracle.liveRuns(handle.id);
      check(live === 0, `the batch is shown as ${last.nativeState} and final while ${live} of its runs hold something`);
    },
  }),
  defineBatchCase({
    rule: 'B-011',
    title: 'a native state that no table knows gives no state, is not final, and keeps its word',
    lacks: needsFault('unknown-state'),
    run: async (trial) => {
      const { handle } = await trial.start(someRuns(2));
      await trial.inject({ kind: 'unknown-state' });
      const { state, final, nativeState } = await trial.describe(handle);
      check(state === undefined, `a native state that nobody knows, '${nativeState}', is shown as '${state}'`);
      check(!final, `a native state that nobody knows, '${nativeState}', is shown as final`);
    },
  }),
  defineBatchCase({
    rule: 'B-012',
    title: 'there is no outcome before the end, and success when every run has succeeded',
    run: async (trial) => {
      const { handle } = await trial.start(someRuns(3));
      const last = await trial.untilFinal(handle, ({ final, outcome, nativeState }) => {
        check(final || outcome === undefined, `the outcome is '${outcome}' while the batch is ${nativeState}`);
      });
      check(last.outcome === 'succeeded', `every run has succeeded and the outcome is '${last.outcome}'`);
    },
  }),
  ...(['failing', 'refused'] as const).map((fate) =>
    defineBatchCase({
      rule: 'B-012',
      title: `a run that ends badly (${fate}) makes the outcome partial`,
      lacks: needsDoomedRuns,
      run: async (trial) => {
        const doomed = { id: doomedRunsOf(trial)[fate] };
        const among = await trial.start([...someRuns(2), doomed]);
        const { outcome } = await trial.untilFinal(among.handle);
        check(outcome === 'partial', `one of three runs was ${fate} and the outcome is '${outcome}'`);
      },
    }),
  ),
  defineBatchCase({
    rule: 'B-013',
    title: 'counts are every run exactly once at any moment, and none is uncounted once they are said to be exact',
    lacks: needsDoomedRuns,
    run: async (trial) => {
      const { refused, failing } = doomedRunsOf(trial);
      const first = await trial.start([...someRuns(3), { id: refused }, { id: failing }]);
      const look = (seen: BatchObservation): void => checkCounts(seen, 5);
      look(first);
      const last = await trial.untilFinal(first.handle, look);
      check(last.countsAreExact, 'the batch is over and its counts are not said to be exact');
      check(last.counts?.completed === 3, `three runs have completed; the counts say ${last.counts?.completed}`);
      check(last.counts.failed === 2, `one run was refused and one has failed; the counts say ${last.counts.failed}`);
    },
  }),
  defineBatchCase({
    rule: 'B-014',
    title: 'a call whose signal has aborted fails at once and does not reach the service',
    run: async (trial) => {
      const { handle } = await trial.start(someRuns(1));
      const before = await trial.oracle.requestCount();
      const call = trial.call({ signal: AbortSignal.abort() });
      for (const [what, promise] of Object.entries(everyVerb(trial, handle, call))) {
        await trial.failsNow(promise(), 'aborted', what);
      }
      const requests = (await trial.oracle.requestCount()) - before;
      check(requests === 0, `calls that had been aborted made ${requests} requests`);
    },
  }),
];

function everyVerb(
  { provider }: BatchTrial,
  handle: BatchObservation['handle'],
  call: ReturnType<BatchTrial['call']>,
): Readonly<Record<string, () => Promise<unknown>>> {
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
  if (totalRuns !== undefined) check(totalRuns === total, `there are ${total} runs; the batch says ${totalRuns}`);
  if (counts === undefined) return;
  const sum = counted(counts);
  check(totalRuns === total, `the batch is ${nativeState} and has counts without their total`);
  check(sum === total, `${total} runs are counted as ${sum} while the batch is ${nativeState}`);
  const { uncounted } = counts;
  check(uncounted === 0 || !countsAreExact, `counts are said to be exact although ${uncounted} runs are in none`);
  check(counts.submitted <= total, `${counts.submitted} of ${total} runs are said to be submitted`);
}

function counted({ submitted: _, ...counts }: BatchCounts): number {
  return Object.values(counts).reduce((sum, count) => sum + count);
}
