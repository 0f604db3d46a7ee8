import type { RunState } from '../../contract/batch-run.ts';
import { check } from '../check.ts';
import { caseNeeding, listOf, needsDoomedRuns, someRuns, type BatchCase } from './batch-trial.ts';

const listingCase = caseNeeding();

/** B-032: how batches and runs are listed. */
export const BATCH_LISTING_CASES: readonly BatchCase[] = [
  listingCase(
    'B-032',
    'the list has every batch once, and filters by the state that describe returns',
    async (trial) => {
      const { provider } = trial;
      const over = await trial.startFinal(someRuns(1));
      const { handle: running } = await trial.start(someRuns(4));
      const all = await trial.all((next) => provider.listPage({ by: 'nothing' }, next, trial.call()));
      const listed = idsOf(all.map(({ handle }) => handle).sort((one, other) => one.id.localeCompare(other.id)));
      const started = [over.id, running.id].sort().join(', ');
      check(listed === started, `${started} were started and ${listed} are listed`);
      const filter = { by: 'state', state: 'finished' } as const;
      const finished = await trial.all((next) => provider.listPage(filter, next, trial.call()));
      const found = finished.map(({ handle, state }) => `${handle.id} ${state}`).join(', ');
      check(found === `${over.id} finished`, `the filter by the state 'finished' returns ${found}`);
    },
  ),
  listingCase('B-032', 'several pages return each row once, and each state of a run', async (trial) => {
    const { provider, subject } = trial;
    const count = subject.capabilities.listPageSize * 2 + 1;
    const runs = listOf(provider, someRuns(count));
    const staged = await trial.settle(provider.stageRuns(runs, 'kit-pages', trial.call()));
    const handle = await trial.startFinal(staged);
    const rows = await trial.all((next) => provider.runsPage(handle, { by: 'nothing' }, next, trial.call()));
    const ids = new Set(rows.map(({ id }) => id));
    const isComplete = rows.length === count && ids.size === count;
    check(isComplete, `${count} runs have ${rows.length} rows, ${ids.size} of them different`);
    const states = await trial.all((next) => provider.runStatesPage(handle, undefined, next, trial.call()));
    const known = new Set(states.map(({ runId }) => runId));
    check(known.size === count, `${count} runs have ${known.size} states`);
    const isJoined = rows.every(({ runId }) => runId !== undefined && known.has(runId));
    check(isJoined, 'a row has a run id that the list of states does not have');
  }),
  caseNeeding(needsDoomedRuns)('B-032', 'rows are found by submission, by id and by run id', async (trial) => {
    const { provider } = trial;
    const { refused } = trial.doomedRuns;
    const handle = await trial.startFinal([...someRuns(2), { id: refused }]);
    const rows = (filter: Parameters<typeof provider.runsPage>[1]) =>
      trial.all((next) => provider.runsPage(handle, filter, next, trial.call()));
    const refusedRows = await rows({ by: 'submission', submission: 'refused' });
    check(idsOf(refusedRows) === refused, `${refused} was refused and the filter returns ${idsOf(refusedRows)}`);
    check(refusedRows[0]?.reason !== undefined, 'a refused run has no reason');
    const byId = await rows({ by: 'id', id: 'run-1' });
    check(idsOf(byId) === 'run-1', `the filter by the id run-1 returns ${idsOf(byId)}`);
    const byRunId = await rows({ by: 'runId', runId: byId[0]?.runId ?? '' });
    check(idsOf(byRunId) === 'run-1', `the filter by the run id of run-1 returns ${idsOf(byRunId)}`);
  }),
  caseNeeding(needsDoomedRuns)(
    'B-032',
    'runs are found by state, even if the service has several words for it',
    async (trial) => {
      const handle = await trial.startFinal([...someRuns(3), { id: trial.doomedRuns.failing }]);
      const counted = async (state: RunState): Promise<number> => {
        const found = await trial.all((next) => trial.provider.runStatesPage(handle, state, next, trial.call()));
        const isFiltered = found.every((each) => each.state === state);
        check(isFiltered, `the filter by the state '${state}' returns runs in another`);
        return found.length;
      };
      const counts = [await counted('completed'), await counted('failed'), await counted('running')].join();
      check(counts === '3,1,0', `3 runs completed, 1 failed, 0 are running; the filters by state return ${counts}`);
    },
  ),
];

function idsOf(rows: readonly { readonly id: string }[]): string {
  return rows.length === 0 ? 'none' : rows.map(({ id }) => id).join(', ');
}
