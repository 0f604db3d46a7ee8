import { randomUUID } from 'node:crypto';
import {
  isCalculationOver,
  type CalculationObservation,
  type CalculationRequest,
  type CalculationRunner,
} from '../../contract/calculation-runner.ts';
import type { SessionHandle } from '../../contract/session-handle.ts';
import { CaseBlocked, check, said } from '../check.ts';
import { needsFaults, needsFlag } from '../kit-case.ts';
import type { Trial } from '../trial.ts';
import {
  expectFoundAgain,
  expectOneOfThree,
  expectSameStart,
  expectStarted,
  readyCaseNeeding,
  type ConformanceCase,
  type TokenStart,
} from './session-case.ts';

const needsCalculations = needsFlag('calculations');
const calculationCase = readyCaseNeeding(needsCalculations);

/** The clocks of two machines differ by less than this, milliseconds. */
const SKEW_MS = 300_000;

/** C-060 … C-063: how code blocks run. */
export const CALCULATION_CASES: readonly ConformanceCase[] = [
  calculationCase(
    'C-060',
    'a token that is used again runs nothing, before and after the end of its code',
    async (trial, handle) => {
      const code = codeStart(trial, handle);
      const id = await trial.settle(code.start());
      await expectSameStart(trial, code, id);
      await untilOver(trial, handle, id);
      await expectSameStart(trial, code, id);
    },
  ),
  calculationCase('C-060', 'another token runs the same code again', async (trial, handle) => {
    const first = await startCode(trial, handle, trial.code.short);
    await untilOver(trial, handle, first);
    await readyAgain(trial, handle);
    const second = await startCode(trial, handle, trial.code.short);
    check(first !== second, 'two tokens started one calculation');
    await expectStarted(codeStart(trial, handle), 2);
  }),
  calculationCase('C-060', 'starts with one token at the same time run the code once', (trial, handle) =>
    expectOneOfThree(trial, codeStart(trial, handle)),
  ),
  readyCaseNeeding(needsCalculations, needsFaults('lost-answer'))(
    'C-060',
    'code whose start lost its answer is found by its token',
    (trial, handle) => expectFoundAgain(trial, codeStart(trial, handle)),
  ),
  calculationCase(
    'C-061',
    'code that succeeded reports its end and its output, and keeps reporting them',
    async (trial, handle) => {
      const beganMs = trial.nowMs;
      const id = await startCode(trial, handle, trial.code.short);
      const end = await untilOver(trial, handle, id);
      check(end.state === 'succeeded', `code that works is ${said(end)}`);
      expectEnd(trial, end, beganMs);
      check((end.output?.stdoutUri ?? '') !== '', 'it does not report where its output is');
      await trial.pass(trial.capabilities.watchIntervalMs.max);
      const later = await describeCode(trial, handle, id);
      check(
        later.state === end.state && later.endedAtMs === end.endedAtMs,
        `it was ${said(end)} since ${end.endedAtMs} and is now ${said(later)} since ${later.endedAtMs}`,
      );
    },
  ),
  readyCaseNeeding(needsCalculations, needsFaults('broken-calculation'))(
    'C-061',
    'code that failed reports when and why, and the session becomes ready again',
    async (trial, handle) => {
      const beganMs = trial.nowMs;
      await trial.inject({ kind: 'broken-calculation' });
      const id = await startCode(trial, handle, trial.code.short);
      const end = await untilOver(trial, handle, id);
      check(end.state === 'failed', `code that breaks is ${said(end)}`);
      expectEnd(trial, end, beganMs);
      check((end.reason ?? '').trim() !== '', 'it does not report why it failed');
      await readyAgain(trial, handle);
    },
  ),
  calculationCase(
    'C-062',
    'stopping ends the work, may be repeated, and leaves the session usable',
    async (trial, handle) => {
      const id = await startCode(trial, handle, trial.code.long);
      await stopCode(trial, handle, id);
      await stopCode(trial, handle, id);
      const end = await untilOver(trial, handle, id, 'C-062');
      check(end.state === 'cancelled', `code that was stopped is ${said(end)}`);
      await stopCode(trial, handle, id);
      await readyAgain(trial, handle);
    },
  ),
  calculationCase('C-062', 'stopping code that has ended succeeds and changes nothing', async (trial, handle) => {
    const id = await startCode(trial, handle, trial.code.short);
    const end = await untilOver(trial, handle, id);
    const stopped = await stopCode(trial, handle, id);
    const isUnmoved = stopped.state === undefined || stopped.state === end.state;
    check(isUnmoved, `it was ${said(end)} and stop reports ${said(stopped)}`);
    const later = await describeCode(trial, handle, id);
    check(later.state === end.state, `it was ${said(end)} and is ${said(later)} after the stop`);
  }),
  calculationCase(
    'C-063',
    'a session that runs one code block refuses another, and runs it later',
    async (trial, handle) => {
      const id = await startCode(trial, handle, trial.code.long);
      const code = codeStart(trial, handle);
      const { operation, effect } = await trial.fails(code.start(), 'conflict', 'code for a session that is busy');
      check(operation === 'startCalculation', `its operation is '${operation}' and must be 'startCalculation'`);
      check(effect === 'none', `its effect is '${effect}' although the code was refused`);
      await expectStarted(code, 1);
      await stopCode(trial, handle, id);
      await readyAgain(trial, handle);
      await trial.settle(code.start());
      await expectStarted(code, 2);
    },
  ),
  calculationCase('C-063', 'an ended session and an unknown one run no code', async (trial, handle) => {
    await trial.end(handle);
    const late = codeStart(trial, handle);
    await trial.fails(late.start(), ['conflict', 'session-failed', 'not-found'], 'code for an ended session');
    await trial.fails(codeStart(trial, trial.unknownHandle).start(), 'not-found', 'code for an unknown session');
    await expectStarted(late, 0);
  }),
];

/** The runner that the capability promises. */
function runnerOf({ provider }: Trial): CalculationRunner {
  if (provider.calculations !== undefined) return provider.calculations;
  throw new CaseBlocked('C-002', "the capability 'calculations' is true and 'calculations' is missing");
}

/** A code block with a new token. */
function codeRequest(code: string): CalculationRequest {
  return { token: `kit-${randomUUID()}`, code };
}

/** A short code block that can be started several times with its token. */
function codeStart(trial: Trial, handle: SessionHandle): TokenStart {
  const { oracle, subject } = trial;
  const runner = runnerOf(trial);
  const request = codeRequest(trial.code.short);
  return {
    noun: 'code block',
    operation: 'startCalculation',
    start: async () => (await runner.start(handle, request, trial.call())).id,
    started: async () => {
      if (oracle.calculations !== undefined) return oracle.calculations();
      throw new Error(`the oracle of '${subject.name}' must report which code ran (its member 'calculations')`);
    },
  };
}

async function startCode(trial: Trial, handle: SessionHandle, code: string): Promise<string> {
  const { id } = await trial.settle(runnerOf(trial).start(handle, codeRequest(code), trial.call()));
  return id;
}

/** Describes a calculation. One that has not ended must not report an end. */
async function describeCode(trial: Trial, handle: SessionHandle, id: string): Promise<CalculationObservation> {
  const seen = await trial.settle(runnerOf(trial).describe(handle, id, trial.call()));
  check(seen.id === id, `describing the calculation ${id} returned ${seen.id}`);
  const isPlausible = isCalculationOver(seen.state) || seen.endedAtMs === undefined;
  check(isPlausible, `a calculation that is ${said(seen)} has ended at ${seen.endedAtMs}`);
  return seen;
}

function stopCode(trial: Trial, handle: SessionHandle, id: string): Promise<CalculationObservation> {
  return trial.settle(runnerOf(trial).stop(handle, id, trial.call()));
}

/** Polls until a calculation is over. @throws CaseBlocked naming the rule when it does not end. */
async function untilOver(
  trial: Trial,
  handle: SessionHandle,
  id: string,
  rule = 'C-061',
): Promise<CalculationObservation> {
  const isOver = ({ state }: CalculationObservation): boolean => isCalculationOver(state);
  const seen = await trial.pollUntil(() => describeCode(trial, handle, id), isOver);
  if (isOver(seen)) return seen;
  throw new CaseBlocked(rule, `the calculation is ${said(seen)} and does not end`);
}

async function readyAgain(trial: Trial, handle: SessionHandle): Promise<void> {
  await trial.until(handle, ({ state }) => state === 'ready', { what: 'ready after its code', rule: 'C-054' });
}

/** A calculation ends between its submission and now. */
function expectEnd(trial: Trial, { submittedAtMs, endedAtMs }: CalculationObservation, beganMs: number): void {
  check(Number.isInteger(endedAtMs), `it reports ${endedAtMs} as its end`);
  const fromMs = submittedAtMs ?? beganMs;
  const isPlausible = (endedAtMs ?? 0) >= fromMs && fromMs >= beganMs - SKEW_MS;
  check(
    isPlausible && (endedAtMs ?? 0) <= trial.nowMs + SKEW_MS,
    `it reports that it ran from ${fromMs} to ${endedAtMs}, and the session was ready at ${beganMs}`,
  );
}
