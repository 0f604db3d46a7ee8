import {
  isCalculationOver,
  type CalculationObservation,
  type CalculationRequest,
  type CalculationRunner,
} from '../../contract/calculation-runner.ts';
import { SessionError } from '../../contract/session-error.ts';
import type { SessionProvider } from '../../contract/session-provider.ts';
import { alter, brokenProvider, type BrokenProvider } from './broken-provider.ts';

/** The same provider, except for how it runs blocks of code. */
function alterCalculations(
  sound: SessionProvider,
  change: (runner: CalculationRunner) => Partial<CalculationRunner>,
): SessionProvider {
  const { calculations } = sound;
  if (calculations === undefined) return sound;
  return alter(sound, {
    calculations: {
      start: (handle, request, call) => calculations.start(handle, request, call),
      describe: (handle, id, call) => calculations.describe(handle, id, call),
      stop: (handle, id, call) => calculations.stop(handle, id, call),
      ...change(calculations),
    },
  });
}

/** The same provider, except for what it shows of a calculation that is looked at. */
function alterSeen(
  sound: SessionProvider,
  change: (seen: CalculationObservation) => CalculationObservation,
): SessionProvider {
  return alterCalculations(sound, (runner) => ({
    describe: async (handle, id, call) => change(await runner.describe(handle, id, call)),
  }));
}

/** The same code under a token that nobody has used. */
function underNewToken(request: CalculationRequest, count: number): CalculationRequest {
  return { ...request, token: `x${String(count).padStart(39, '0')}` };
}

/** What the sound provider must have for any of these to show. */
const capabilities = { calculations: true } as const;

/** Wrong in how blocks of code run. */
export const BROKEN_CALCULATIONS: readonly BrokenProvider[] = [
  brokenProvider({
    name: 'runs-twice',
    fault: 'sends a token of its own once the code of the first has ended',
    breaks: ['C-060'],
    capabilities,
    wrap: (sound) => {
      let ended = 0;
      return alterCalculations(sound, (runner) => ({
        start: (handle, request, call) =>
          runner.start(handle, ended === 0 ? request : underNewToken(request, ended), call),
        describe: async (handle, id, call) => {
          const seen = await runner.describe(handle, id, call);
          if (isCalculationOver(seen.state)) ended += 1;
          return seen;
        },
      }));
    },
  }),
  brokenProvider({
    name: 'new-token-each-time',
    fault: 'makes a token of its own for every start of code',
    breaks: ['C-060'],
    capabilities,
    wrap: (sound) => {
      let count = 0;
      return alterCalculations(sound, (runner) => ({
        start: (handle, request, call) => runner.start(handle, underNewToken(request, (count += 1)), call),
      }));
    },
  }),
  brokenProvider({
    name: 'one-run-for-all',
    fault: 'gives out the calculation that it has, whatever the token',
    breaks: ['C-060', 'C-063'],
    capabilities,
    wrap: (sound) => {
      let first: CalculationRequest | undefined;
      return alterCalculations(sound, (runner) => ({
        start: (handle, request, call) => runner.start(handle, (first ??= request), call),
      }));
    },
  }),
  brokenProvider({
    name: 'no-harm-in-a-lost-run',
    fault: 'says that a start without an answer had no effect',
    breaks: ['C-060'],
    capabilities,
    wrap: (sound) =>
      alterCalculations(sound, (runner) => ({
        start: (handle, request, call) =>
          runner.start(handle, request, call).catch((error: unknown) => {
            throw SessionError.is(error, 'unavailable') ? error.with({ effect: 'none' }) : error;
          }),
      })),
  }),
  brokenProvider({
    name: 'moving-end',
    fault: 'takes the time of looking for the time of the end',
    breaks: ['C-061'],
    capabilities,
    wrap: (sound) =>
      alterSeen(sound, (seen) => (seen.endedAtMs === undefined ? seen : { ...seen, endedAtMs: seen.observedAtMs })),
  }),
  brokenProvider({
    name: 'early-end',
    fault: 'tells an end of code that still works',
    // Every case that looks at a calculation at work sees it.
    breaks: ['C-060', 'C-061', 'C-062'],
    capabilities,
    wrap: (sound) => alterSeen(sound, (seen) => ({ endedAtMs: seen.observedAtMs, ...seen })),
  }),
  brokenProvider({
    name: 'output-lost',
    fault: 'does not say where the output is',
    breaks: ['C-061'],
    capabilities,
    wrap: (sound) => alterSeen(sound, ({ output: _dropped, ...seen }) => seen),
  }),
  brokenProvider({
    name: 'code-fails-silently',
    fault: 'says that code failed and not why',
    breaks: ['C-061'],
    capabilities,
    wrap: (sound) => alterSeen(sound, ({ reason: _dropped, ...seen }) => seen),
  }),
  brokenProvider({
    name: 'failed-is-over',
    fault: 'takes every end for a good one',
    breaks: ['C-061', 'C-062'],
    capabilities,
    wrap: (sound) =>
      alterSeen(sound, (seen) => (isCalculationOver(seen.state) ? { ...seen, state: 'succeeded' } : seen)),
  }),
  brokenProvider({
    name: 'stops-in-name-only',
    fault: 'answers that code was stopped and leaves it at work',
    breaks: ['C-062'],
    capabilities,
    wrap: (sound) =>
      alterCalculations(sound, (runner) => ({
        stop: async (handle, id, call) => ({ ...(await runner.describe(handle, id, call)), state: 'cancelled' }),
      })),
  }),
  brokenProvider({
    name: 'stops-once',
    fault: 'fails when what is to be stopped has ended',
    breaks: ['C-062'],
    capabilities,
    wrap: (sound) =>
      alterCalculations(sound, (runner) => ({
        stop: async (handle, id, call) => {
          const { state } = await runner.describe(handle, id, call);
          if (!isCalculationOver(state)) return runner.stop(handle, id, call);
          throw new SessionError('conflict', `the calculation ${id} has ended`, {
            operation: 'stopCalculation',
            handle,
          });
        },
      })),
  }),
  brokenProvider({
    name: 'busy-is-a-mistake',
    fault: 'blames the code when its session works on something else',
    breaks: ['C-063'],
    capabilities,
    wrap: (sound) =>
      alterCalculations(sound, (runner) => ({
        start: (handle, request, call) =>
          runner.start(handle, request, call).catch((error: unknown) => {
            if (!SessionError.is(error, 'conflict')) throw error;
            throw new SessionError('invalid-request', error.message, { operation: 'startCalculation', handle });
          }),
      })),
  }),
  brokenProvider({
    name: 'code-after-the-end',
    fault: 'takes code for a session that has ended, and runs nothing',
    breaks: ['C-063'],
    capabilities,
    wrap: (sound) =>
      alterCalculations(sound, (runner) => ({
        start: (handle, request, call) =>
          runner.start(handle, request, call).catch((error: unknown) => {
            if (!SessionError.is(error, 'session-failed')) throw error;
            return { id: request.token, nativeState: 'ENDED', state: 'cancelled', observedAtMs: 0 } as const;
          }),
      })),
  }),
];
