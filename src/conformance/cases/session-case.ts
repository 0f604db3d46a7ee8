import type { Observation } from '../../contract/observation.ts';
import type { ProviderOperation } from '../../contract/operations.ts';
import { SessionError } from '../../contract/session-error.ts';
import type { SessionHandle } from '../../contract/session-handle.ts';
import { CaseBlocked, check, outcomeOf, RuleBroken, type Outcome } from '../check.ts';
import { casesNeeding, needsFaults, type KitCase, type Need } from '../kit-case.ts';
import type { SubjectFacts } from '../subject.ts';
import type { Trial } from '../trial.ts';

/** One check of one rule of a provider of sessions. */
export type ConformanceCase = KitCase<SubjectFacts, Trial>;

/** Returns a function that defines cases which apply where all needs are met. */
export function caseNeeding(
  ...needs: readonly Need<SubjectFacts>[]
): (rule: string, title: string, run: (trial: Trial) => Promise<void>) => ConformanceCase {
  return casesNeeding(needs);
}

/** The same for cases that begin with a ready session. */
export function readyCaseNeeding(
  ...needs: readonly Need<SubjectFacts>[]
): (rule: string, title: string, run: (trial: Trial, handle: SessionHandle) => Promise<void>) => ConformanceCase {
  const define = caseNeeding(...needs);
  return (rule, title, run) => define(rule, title, async (trial) => run(trial, await trial.startReady()));
}

/** Applies where a session can be given work. */
export function needsWork(facts: SubjectFacts): string | undefined {
  if (facts.capabilities.sql || needsFaults('busy', 'idle')(facts) === undefined) return undefined;
  return "the capability 'sql', or a service that can be made to show 'busy' and 'idle'";
}

/**
 * Gives a session work, where that is possible. @returns a function that ends the work.
 * The cases check whether the provider reports the session as busy.
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

/** Waits until the engine works on that many statements. @throws CaseBlocked when it does not. */
export async function untilStatementsRun(trial: Trial, count: number): Promise<void> {
  if (await trial.happens(async () => (await trial.oracle.runningStatements()) === count)) return;
  const running = await trial.oracle.runningStatements();
  throw new CaseBlocked('C-053', `the engine works on ${running} statements and should work on ${count}`);
}

/** Takes sessions through their whole life, as far as possible, and returns every observation. */
export async function wholeLife(trial: Trial): Promise<readonly Observation[]> {
  await asFarAsPossible(async () => {
    const { handle } = await trial.start();
    await trial.describe(handle);
    await trial.untilReady(handle);
    const release = await keepBusy(trial, handle);
    await trial.describe(handle);
    await trial.listAll();
    await release?.();
    await trial.end(handle);
    await trial.listAll();
  });
  if (trial.subject.faults.includes('degraded')) {
    await asFarAsPossible(async () => {
      const handle = await trial.startReady();
      await trial.inject({ kind: 'degraded', sessionId: handle.id });
      await trial.describe(handle);
      await trial.end(handle);
    });
  }
  return trial.observations;
}

/** A rule that blocks the walk does not block the case, which judges what was seen until then. */
async function asFarAsPossible(walk: () => Promise<void>): Promise<void> {
  try {
    await walk();
  } catch (error) {
    if (!(error instanceof CaseBlocked)) throw error;
  }
}

/** Something that a token starts once: a session or a code block. */
export interface TokenStart {
  readonly noun: string;
  readonly operation: ProviderOperation;
  /** Starts it with its token. @returns its id. */
  readonly start: () => Promise<string>;
  /** The ids of all that the service really started. */
  readonly started: () => Promise<readonly string[]>;
}

/** Starts it again: that returns the first id or fails with `conflict`, and starts nothing. */
export async function expectSameStart(trial: Trial, what: TokenStart, id: string): Promise<void> {
  const [again] = startedId(await outcomeOf(trial.settle(what.start())));
  check(again === undefined || again === id, `the token of ${id} started the ${what.noun} ${again}`);
  await expectStarted(what, 1);
}

/** Starts it three times at once: that starts one. */
export async function expectOneOfThree(trial: Trial, what: TokenStart): Promise<void> {
  const starts = [1, 2, 3].map(() => outcomeOf(what.start()));
  const ids = (await trial.settle(Promise.all(starts))).flatMap(startedId);
  check(ids.length > 0, 'none of three starts with one token succeeded');
  check(new Set(ids).size === 1, `three starts with one token started the ${what.noun}s ${ids.join(', ')}`);
  await expectStarted(what, 1);
}

/** Starts it and loses the answer: the error must admit the effect, and another start finds it. */
export async function expectFoundAgain(trial: Trial, what: TokenStart): Promise<void> {
  await trial.inject({ kind: 'lost-answer', operation: what.operation });
  const lost = await outcomeOf(trial.settle(what.start()));
  const isHonest = lost.ok || (SessionError.is(lost.error) && lost.error.effect === 'unknown');
  check(isHonest, "the start whose answer was lost must fail with effect: 'unknown'");
  const [id] = await what.started();
  if (id === undefined) throw new Error("the subject's service must act on a start whose answer is lost");
  await expectSameStart(trial, what, id);
}

/** Checks how many were really started. */
export async function expectStarted({ noun, started }: TokenStart, count: number): Promise<void> {
  const ids = await started();
  check(ids.length === count, `the service started ${ids.length} ${noun}s and should have started ${count}`);
}

/** The id that a repeated start returned; none when it failed with `conflict`. */
function startedId(outcome: Outcome<string>): readonly string[] {
  if (outcome.ok) return [outcome.value];
  if (SessionError.is(outcome.error, 'conflict')) return [];
  throw new RuleBroken(`a repeated start must succeed or fail with conflict; ${String(outcome.error)}`);
}
