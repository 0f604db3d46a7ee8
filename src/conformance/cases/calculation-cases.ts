import type { CalculationObservation, CalculationRequest } from '../../contract/calculation-runner.ts';
import { SessionError } from '../../contract/session-error.ts';
import type { SessionHandle } from '../../contract/session-handle.ts';
import {
  allOf,
  check,
  defineCase,
  needsFaults,
  needsFlag,
  RuleBroken,
  type ConformanceCase,
} from '../conformance-case.ts';
import { outcomeOf, type Outcome } from '../outcome.ts';
import type { Trial } from '../trial.ts';
import { calculationsOf, codeRequest, lookAt, ranOf, saidOf, startCode, untilOver } from './calculation-life.ts';

const needsCalculations = needsFlag('calculations');

/** C-060 … C-063: how blocks of code run. */
export const CALCULATION_CASES: readonly ConformanceCase[] = [
  defineCase({
    rule: 'C-060',
    title: 'a token that is used again runs nothing, while its code works and after its end',
    lacks: needsCalculations,
    run: async (trial) => {
      const handle = await trial.startReady();
      const request = codeRequest(trial.code.short);
      const { id } = await trial.settle(calculationsOf(trial).start(handle, request, trial.call()));
      await expectSameRun(trial, handle, { request, id });
      await untilOver(trial, handle, { id });
      await expectSameRun(trial, handle, { request, id });
    },
  }),
  defineCase({
    rule: 'C-060',
    title: 'another token runs the same code again',
    lacks: needsCalculations,
    run: async (trial) => {
      const handle = await trial.startReady();
      const first = await startCode(trial, handle, trial.code.short);
      await untilOver(trial, handle, { id: first });
      await readyAgain(trial, handle);
      const second = await startCode(trial, handle, trial.code.short);
      check(first !== second, 'two tokens gave one calculation');
      await expectRuns(trial, 2);
    },
  }),
  defineCase({
    rule: 'C-060',
    title: 'starts with one token at the same time run the code once',
    lacks: needsCalculations,
    run: async (trial) => {
      const handle = await trial.startReady();
      const request = codeRequest(trial.code.short);
      const starts = [1, 2, 3].map(() => outcomeOf(calculationsOf(trial).start(handle, request, trial.call())));
      const ids = (await trial.settle(Promise.all(starts))).flatMap((outcome) => idOf(outcome));
      check(ids.length > 0, 'none of three starts with one token succeeded');
      check(new Set(ids).size === 1, `three starts with one token gave the calculations ${ids.join(', ')}`);
      await expectRuns(trial, 1);
    },
  }),
  defineCase({
    rule: 'C-060',
    title: 'code whose start lost its answer is found again by its token',
    lacks: allOf(needsCalculations, needsFaults('lost-answer')),
    run: async (trial) => {
      const handle = await trial.startReady();
      const request = codeRequest(trial.code.short);
      await trial.inject({ kind: 'lost-answer', operation: 'startCalculation' });
      const lost = await outcomeOf(trial.settle(calculationsOf(trial).start(handle, request, trial.call())));
      const isHonest = lost.ok || (SessionError.is(lost.error) && lost.error.effect === 'unknown');
      check(isHonest, "the lost start must say effect: 'unknown'");
      const [id] = await ranOf(trial);
      if (id === undefined) throw new Error("the subject's service must act on a start whose answer is lost");
      await expectSameRun(trial, handle, { request, id });
    },
  }),
  defineCase({
    rule: 'C-061',
    title: 'code that has succeeded tells when it ended and where its output is, and goes on to say so',
    lacks: needsCalculations,
    run: async (trial) => {
      const handle = await trial.startReady();
      const beganMs = trial.nowMs;
      const id = await startCode(trial, handle, trial.code.short);
      const end = await untilOver(trial, handle, { id });
      check(end.state === 'succeeded', `code that works is ${saidOf(end)}`);
      expectEnd(trial, end, beganMs);
      check((end.output?.stdoutUri ?? '') !== '', 'it does not say where what it printed is');
      await trial.pass(trial.capabilities.watchIntervalMs.max);
      const later = await lookAt(trial, handle, id);
      check(
        later.state === end.state && later.endedAtMs === end.endedAtMs,
        `it was ${saidOf(end)} since ${end.endedAtMs} and is now ${saidOf(later)} since ${later.endedAtMs}`,
      );
    },
  }),
  defineCase({
    rule: 'C-061',
    title: 'code that has failed tells when and why, and the session goes on',
    lacks: allOf(needsCalculations, needsFaults('broken-calculation')),
    run: async (trial) => {
      const handle = await trial.startReady();
      const beganMs = trial.nowMs;
      await trial.inject({ kind: 'broken-calculation' });
      const id = await startCode(trial, handle, trial.code.short);
      const end = await untilOver(trial, handle, { id });
      check(end.state === 'failed', `code that breaks is ${saidOf(end)}`);
      expectEnd(trial, end, beganMs);
      check((end.reason ?? '').trim() !== '', 'it does not say why it failed');
      await readyAgain(trial, handle);
    },
  }),
  defineCase({
    rule: 'C-062',
    title: 'stopping ends the work, again and after its end it does no harm, and the session goes on',
    lacks: needsCalculations,
    run: async (trial) => {
      const handle = await trial.startReady();
      const id = await startCode(trial, handle, trial.code.long);
      await stop(trial, handle, id);
      await stop(trial, handle, id);
      const end = await untilOver(trial, handle, { id, rule: 'C-062' });
      check(end.state === 'cancelled', `code that was stopped is ${saidOf(end)}`);
      await stop(trial, handle, id);
      await readyAgain(trial, handle);
    },
  }),
  defineCase({
    rule: 'C-062',
    title: 'stopping what has ended by itself succeeds and changes nothing',
    lacks: needsCalculations,
    run: async (trial) => {
      const handle = await trial.startReady();
      const id = await startCode(trial, handle, trial.code.short);
      const end = await untilOver(trial, handle, { id });
      const stopped = await stop(trial, handle, id);
      const isUnmoved = stopped.state === undefined || stopped.state === end.state;
      check(isUnmoved, `it was ${saidOf(end)} and its stop says ${saidOf(stopped)}`);
      const later = await lookAt(trial, handle, id);
      check(later.state === end.state, `it was ${saidOf(end)} and is ${saidOf(later)} after its stop`);
    },
  }),
  defineCase({
    rule: 'C-063',
    title: 'a session that works on one block of code refuses another, and runs it afterwards',
    lacks: needsCalculations,
    run: async (trial) => {
      const handle = await trial.startReady();
      const id = await startCode(trial, handle, trial.code.long);
      const request = codeRequest(trial.code.short);
      const early = calculationsOf(trial).start(handle, request, trial.call());
      const error = await trial.fails(early, 'conflict', 'code for a session that works');
      const { operation, effect } = error;
      check(operation === 'startCalculation', `its operation is '${operation}' and must be 'startCalculation'`);
      check(effect === 'none', `its effect is '${effect}' although the code was refused`);
      await expectRuns(trial, 1);
      await stop(trial, handle, id);
      await readyAgain(trial, handle);
      await trial.settle(calculationsOf(trial).start(handle, request, trial.call()));
      await expectRuns(trial, 2);
    },
  }),
  defineCase({
    rule: 'C-063',
    title: 'a session that has ended, and one that nobody knows, run no code',
    lacks: needsCalculations,
    run: async (trial) => {
      const handle = await trial.startReady();
      await trial.terminate(handle);
      await trial.untilFinal(handle);
      const request = codeRequest(trial.code.short);
      const late = calculationsOf(trial).start(handle, request, trial.call());
      await trial.fails(late, ['conflict', 'session-failed', 'not-found'], 'code for an ended session');
      const lost = calculationsOf(trial).start(trial.unknownHandle, request, trial.call());
      await trial.fails(lost, 'not-found', 'code for an unknown session');
      await expectRuns(trial, 0);
    },
  }),
];

/** The same start again: answers with the first run or fails with `conflict`, and runs nothing. */
async function expectSameRun(
  trial: Trial,
  handle: SessionHandle,
  { request, id }: { readonly request: CalculationRequest; readonly id: string },
): Promise<void> {
  const outcome = await outcomeOf(trial.settle(calculationsOf(trial).start(handle, request, trial.call())));
  const [again] = idOf(outcome);
  check(again === undefined || again === id, `the token of ${id} gave the calculation ${again}`);
  await expectRuns(trial, 1);
}

/** The id that a start gave; none when it failed with `conflict`. */
function idOf(outcome: Outcome<CalculationObservation>): readonly string[] {
  if (outcome.ok) return [outcome.value.id];
  if (SessionError.is(outcome.error, 'conflict')) return [];
  throw new RuleBroken(`a repeated start must succeed or fail with conflict; ${String(outcome.error)}`);
}

async function expectRuns(trial: Trial, count: number): Promise<void> {
  const ran = await ranOf(trial);
  check(ran.length === count, `the service ran ${ran.length} blocks of code where it should have run ${count}`);
}

/** The end of a calculation is a time between its submission and now. */
function expectEnd(trial: Trial, { submittedAtMs, endedAtMs }: CalculationObservation, beganMs: number): void {
  check(Number.isInteger(endedAtMs), `it does not say when it ended, but ${endedAtMs}`);
  const fromMs = submittedAtMs ?? beganMs;
  const isPlausible = (endedAtMs ?? 0) >= fromMs && fromMs >= beganMs - SKEW_MS;
  check(
    isPlausible && (endedAtMs ?? 0) <= trial.nowMs + SKEW_MS,
    `it says that it ran from ${fromMs} to ${endedAtMs}, and the session was ready at ${beganMs}`,
  );
}

/** Clocks of two machines differ, by less than this, milliseconds. */
const SKEW_MS = 300_000;

function stop(trial: Trial, handle: SessionHandle, id: string): Promise<CalculationObservation> {
  return trial.settle(calculationsOf(trial).stop(handle, id, trial.call()));
}

async function readyAgain(trial: Trial, handle: SessionHandle): Promise<void> {
  await trial.until(handle, ({ state }) => state === 'ready', { what: 'ready after its code', rule: 'C-054' });
}
