import { check, defineCase, type ConformanceCase } from '../conformance-case.ts';
import { said } from '../outcome.ts';
import type { Trial } from '../trial.ts';

/** C-030 … C-033: how sessions end. */
export const ENDING_CASES: readonly ConformanceCase[] = [
  defineCase({
    rule: 'C-030',
    title: 'terminating twice succeeds, at once and after the end',
    run: async (trial) => {
      const handle = await trial.startReady();
      await trial.terminate(handle);
      await trial.terminate(handle);
      await trial.pass(trial.capabilities.watchIntervalMs.max * 10);
      const last = await trial.terminate(handle);
      check(last.state === 'terminated', `the third terminate says that the session is ${said(last)}`);
    },
  }),
  defineCase({
    rule: 'C-031',
    title: 'terminating an unknown session succeeds and says that nothing is held',
    run: async (trial) => {
      const observation = await trial.terminate(trial.unknownHandle);
      check(observation.final, `an unknown session is ${said(observation)} after terminate`);
    },
  }),
  defineCase({
    rule: 'C-031',
    title: 'describing an unknown session fails with not-found',
    run: async (trial) => {
      await trial.fails(trial.provider.describe(trial.unknownHandle, trial.call()), 'not-found', 'describe');
    },
  }),
  defineCase({
    rule: 'C-032',
    title: 'a terminated session becomes final by itself, and the service holds nothing then',
    run: async (trial) => {
      const handle = await trial.startReady();
      await trial.terminate(handle);
      const before = await changes(trial);
      const last = await trial.until(handle, ({ final }) => final, { what: 'final', rule: 'C-032' });
      check(last.state === 'terminated', `it ended as ${said(last)}`);
      check((await trial.oracle.live()).length === 0, 'it is shown as final and the service still holds it');
      const made = (await changes(trial)) - before;
      check(made === 0, `looking at it made ${made} starts and terminates`);
    },
  }),
  defineCase({
    rule: 'C-033',
    title: 'a session that is being created can be terminated and does not become ready any more',
    run: async (trial) => {
      const { handle } = await trial.start();
      await trial.terminate(handle);
      const isOver = await trial.until(handle, ({ state, final }) => final || state === 'ready', {
        what: 'final',
        rule: 'C-033',
      });
      check(isOver.final, `after its terminate the session became ${said(isOver)}`);
      check((await trial.oracle.live()).length === 0, `the session is ${said(isOver)} and the service still holds it`);
    },
  }),
];

/** How many requests have arrived that change something. */
async function changes(trial: Trial): Promise<number> {
  return (await trial.oracle.requestCount('start')) + (await trial.oracle.requestCount('terminate'));
}
