import { check, said } from '../check.ts';
import type { Trial } from '../trial.ts';
import { caseNeeding, readyCaseNeeding, type ConformanceCase } from './session-case.ts';

const endingCase = caseNeeding();
const readyCase = readyCaseNeeding();

/** C-030 … C-033: how sessions end. */
export const ENDING_CASES: readonly ConformanceCase[] = [
  readyCase('C-030', 'terminating again succeeds, at once and after the end', async (trial, handle) => {
    await trial.terminate(handle);
    await trial.terminate(handle);
    await trial.pass(trial.capabilities.watchIntervalMs.max * 10);
    const last = await trial.terminate(handle);
    check(last.state === 'terminated', `the third terminate reports that the session is ${said(last)}`);
  }),
  endingCase('C-031', 'terminating an unknown session succeeds and reports that nothing is held', async (trial) => {
    const observation = await trial.terminate(trial.unknownHandle);
    check(observation.final, `an unknown session is ${said(observation)} after terminate`);
  }),
  endingCase('C-031', 'describing an unknown session fails with not-found', async (trial) => {
    await trial.fails(trial.provider.describe(trial.unknownHandle, trial.call()), 'not-found', 'describe');
  }),
  readyCase(
    'C-032',
    'a terminated session becomes final by itself, and then nothing is held',
    async (trial, handle) => {
      await trial.terminate(handle);
      const before = await changes(trial);
      const last = await trial.untilFinal(handle);
      check(last.state === 'terminated', `it ended as ${said(last)}`);
      check((await trial.oracle.live()).length === 0, 'it is reported as final and the service still holds it');
      const made = (await changes(trial)) - before;
      check(made === 0, `describing it made ${made} starts and terminates`);
    },
  ),
  endingCase('C-033', 'a session that is terminated while it is being created does not become ready', async (trial) => {
    const { handle } = await trial.start();
    await trial.terminate(handle);
    const goal = { what: 'final', rule: 'C-033' };
    const last = await trial.until(handle, ({ state, final }) => final || state === 'ready', goal);
    check(last.final, `after its terminate the session became ${said(last)}`);
    check((await trial.oracle.live()).length === 0, `the session is ${said(last)} and the service still holds it`);
  }),
];

/** How many requests have arrived that change something. */
async function changes(trial: Trial): Promise<number> {
  return (await trial.oracle.requestCount('start')) + (await trial.oracle.requestCount('terminate'));
}
