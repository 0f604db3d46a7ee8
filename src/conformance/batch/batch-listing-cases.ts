import type { RunState } from '../../contract/batch-run.ts';
import { check } from '../conformance-case.ts';
import { defineBatchCase, doomedRunsOf, needsDoomedRuns, type BatchCase } from './batch-case.ts';
import { listOf, someRuns } from './batch-trial.ts';

/** B-032: batches and runs in listings. */
export const BATCH_LISTING_CASES: readonly BatchCase[] = [
  defineBatchCase({
    rule: 'B-032',
    title: 'the list has every batch once, and by state those that describe shows in it',
    run: async (trial) => {
      const { provider } = trial;
      const over = await trial.start(someRuns(1));
      await trial.untilFinal(over.handle);
      const underWay = await trial.start(someRuns(4));
      const ids = await trial.all((next) => provider.listPage({ by: 'nothing' }, next, trial.call()));
      const listed = ids.map(({ handle }) => handle.id).sort();
      const started = [over.handle.id, underWay.handle.id].sort();
      check(listed.join() === started.join(), `${started.join(', ')} were started; listed are ${listed.join(', ')}`);
      const finished = await trial.all((next) =>
        provider.listPage({ by: 'state', state: 'finished' }, next, trial.call()),
      );
      const found = finished.map(({ handle, state }) => `${handle.id} ${state}`).join(', ');
      check(found === `${over.handle.id} finished`, `by the state 'finished' the list has: ${found}`);
    },
  }),
  defineBatchCase({
    rule: 'B-032',
    title: 'the rows of a batch come once each over several pages, and so do the states of its runs',
    run: async (trial) => {
      const { provider, subject } = trial;
      const count = subject.capabilities.listPageSize * 2 + 1;
      const runs = listOf(provider, someRuns(count));
      const staged = await trial.settle(provider.stageRuns(runs, 'kit-pages', trial.call()));
      const { handle } = await trial.start(staged);
      await trial.untilFinal(handle);
      const rows = await trial.all((next) => provider.runsPage(handle, { by: 'nothing' }, next, trial.call()));
      const ids = new Set(rows.map(({ id }) => id));
      check(
        rows.length === count && ids.size === count,
        `${count} runs have ${rows.length} rows, ${ids.size} of them different`,
      );
      const states = await trial.all((next) => provider.runStatesPage(handle, undefined, next, trial.call()));
      const known = new Set(states.map(({ runId }) => runId));
      check(known.size === count, `${count} runs have ${known.size} states`);
      const isJoined = rows.every(({ runId }) => runId !== undefined && known.has(runId));
      check(isJoined, 'a row names a run that the list of states does not have');
    },
  }),
  defineBatchCase({
    rule: 'B-032',
    title: 'rows are found by how their submission went, by id and by run id',
    lacks: needsDoomedRuns,
    run: async (trial) => {
      const { provider } = trial;
      const { refused } = doomedRunsOf(trial);
      const { handle } = await trial.start([...someRuns(2), { id: refused }]);
      await trial.untilFinal(handle);
      const rows = (filter: Parameters<typeof provider.runsPage>[1]) =>
        trial.all((next) => provider.runsPage(handle, filter, next, trial.call()));
      const refusedRows = await rows({ by: 'submission', submission: 'refused' });
      check(refusedRows.map(({ id }) => id).join() === refused, `refused was ${refused}; found ${said(refusedRows)}`);
      check(refusedRows[0]?.reason !== undefined, 'a refused run does not say why');
      const byId = await rows({ by: 'id', id: 'run-1' });
      check(byId.map(({ id }) => id).join() === 'run-1', `by the id run-1 there are ${said(byId)}`);
      const runId = byId[0]?.runId ?? '';
      const byRunId = await rows({ by: 'runId', runId });
      check(byRunId.map(({ id }) => id).join() === 'run-1', `by the run id of run-1 there are ${said(byRunId)}`);
    },
  }),
  defineBatchCase({
    rule: 'B-032',
    title: 'states of runs are found by state, also where the service has several words for it',
    lacks: needsDoomedRuns,
    run: async (trial) => {
      const { provider } = trial;
      const { failing } = doomedRunsOf(trial);
      const { handle } = await trial.start([...someRuns(3), { id: failing }]);
      await trial.untilFinal(handle);
      const counted = async (state: RunState): Promise<number> => {
        const found = await trial.all((next) => provider.runStatesPage(handle, state, next, trial.call()));
        check(
          found.every((each) => each.state === state),
          `by the state '${state}' there are runs in another`,
        );
        return found.length;
      };
      const counts = [await counted('completed'), await counted('failed'), await counted('running')].join();
      check(counts === '3,1,0', `3 runs completed, 1 failed and none runs; found by state are ${counts}`);
    },
  }),
];

function said(rows: readonly { readonly id: string }[]): string {
  return rows.length === 0 ? 'none' : rows.map(({ id }) => id).join(', ');
}
