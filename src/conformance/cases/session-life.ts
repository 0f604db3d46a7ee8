import type { Observation } from '../../contract/observation.ts';
import type { SessionHandle } from '../../contract/session-handle.ts';
import { CaseBlocked, needsFaults } from '../conformance-case.ts';
import { outcomeOf } from '../outcome.ts';
import type { SubjectFacts } from '../subject.ts';
import type { Trial } from '../trial.ts';

/** Applies where a session can be given work. */
export function needsWork(facts: SubjectFacts): string | undefined {
  const canBeTold = needsFaults('busy', 'idle')(facts) === undefined;
  return facts.capabilities.sql || canBeTold
    ? undefined
    : "the capability 'sql', or a service that can be told 'busy' and 'idle'";
}

/**
 * Gives a session work, where there is a way to. The result ends the work again.
 * Whether the provider shows the session as busy is what the cases look at.
 */
export async function keepBusy(trial: Trial, handle: SessionHandle): Promise<(() => Promise<void>) | undefined> {
  const { statements } = trial.provider;
  if (trial.capabilities.sql && statements !== undefined) {
    const controller = new AbortController();
    const request = { id: `busy-${handle.id}`.slice(0, 64), text: trial.sql.endless };
    const outcome = outcomeOf(statements.execute(handle, request, trial.call({ signal: controller.signal })));
    await untilStatementsRun(trial, 1);
    return async () => {
      controller.abort();
      if ((await trial.outcomeNow(outcome)) === undefined)
        throw new CaseBlocked('C-053', 'the statement does not stop');
      await untilStatementsRun(trial, 0);
    };
  }
  if (needsWork(trial.subject) !== undefined) return undefined;
  await trial.inject({ kind: 'busy', sessionId: handle.id });
  return () => trial.inject({ kind: 'idle', sessionId: handle.id });
}

/** Waits until the engine works on that many statements. @throws CaseBlocked when it does not come to that. */
export async function untilStatementsRun(trial: Trial, count: number): Promise<void> {
  if (await trial.happens(async () => (await trial.oracle.runningStatements()) === count)) return;
  const running = await trial.oracle.runningStatements();
  throw new CaseBlocked('C-053', `the engine works on ${running} statements where there should be ${count}`);
}

/** Takes one session through everything that can be seen of one, as far as it goes, and gives all that was shown. */
export async function wholeLife(trial: Trial): Promise<readonly Observation[]> {
  await asFarAsItGoes(async () => {
    const { handle } = await trial.start();
    await trial.describe(handle);
    await trial.untilReady(handle);
    const release = await keepBusy(trial, handle);
    await trial.describe(handle);
    await trial.listAll();
    await release?.();
    await trial.terminate(handle);
    await trial.untilFinal(handle);
    await trial.listAll();
  });
  if (trial.subject.faults.includes('degraded')) {
    await asFarAsItGoes(async () => {
      const handle = await trial.startReady();
      await trial.inject({ kind: 'degraded', sessionId: handle.id });
      await trial.describe(handle);
      await trial.terminate(handle);
      await trial.untilFinal(handle);
    });
  }
  return trial.observations;
}

/** Another rule that is in the way ends the walk, not the case: what was seen until then is judged. */
async function asFarAsItGoes(walk: () => Promise<void>): Promise<void> {
  try {
    await walk();
  } catch (error) {
    if (!(error instanceof CaseBlocked)) throw error;
  }
}
