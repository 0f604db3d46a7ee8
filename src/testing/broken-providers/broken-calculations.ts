import {
  isCalculationOver,
  type CalculationObservation,
  type CalculationRequest,
  type CalculationRunner,
} from '../../contract/calculation-runner.ts';
import { SessionError } from '../../contract/session-error.ts';
import {
  alter,
  answering,
  asking,
  broken,
  failing,
  type BrokenProvider,
  type Replacements,
} from './broken-provider.ts';
import { underNewToken } from './broken-starts.ts';

/** Defines a provider whose runner of code blocks has a fault. */
function brokenRunner(
  name: string,
  breaks: readonly string[],
  fault: string,
  replace: (runner: CalculationRunner) => Replacements<CalculationRunner>,
): BrokenProvider {
  return broken(
    name,
    breaks,
    fault,
    ({ calculations }) =>
      calculations === undefined ? {} : { calculations: alter(calculations, replace(calculations)) },
    { calculations: true },
  );
}

/** Defines a provider that describes code blocks wrongly. */
function misdescribed(
  name: string,
  breaks: readonly string[],
  fault: string,
  change: (seen: CalculationObservation) => CalculationObservation,
): BrokenProvider {
  return brokenRunner(name, breaks, fault, (runner) => answering(runner, 'describe', change));
}

/** Wrong in how code blocks run. */
export const BROKEN_CALCULATIONS: readonly BrokenProvider[] = [
  brokenRunner('runs-twice', ['C-060'], 'replaces the token once the first code block has ended', (runner) => {
    let ended = 0;
    return {
      ...asking(runner, 'start', (handle, request, call) => [
        handle,
        ended === 0 ? request : underNewToken(request, ended),
        call,
      ]),
      ...answering(runner, 'describe', (seen) => {
        if (isCalculationOver(seen.state)) ended += 1;
        return seen;
      }),
    };
  }),
  brokenRunner('new-token-each-time', ['C-060'], 'replaces the token of every code block', (runner) => {
    let count = 0;
    return asking(runner, 'start', (handle, request, call) => [handle, underNewToken(request, (count += 1)), call]);
  }),
  brokenRunner('one-run-for-all', ['C-060', 'C-063'], 'returns its first code block for every token', (runner) => {
    let first: CalculationRequest | undefined;
    return asking(runner, 'start', (handle, request, call) => [handle, (first ??= request), call]);
  }),
  brokenRunner('denies-lost-runs', ['C-060'], 'reports no effect for code whose answer was lost', (runner) =>
    failing(runner, 'start', 'unavailable', (error) => error.with({ effect: 'none' })),
  ),
  misdescribed('moving-end', ['C-061'], 'reports the time of the describe as the time of the end', (seen) =>
    seen.endedAtMs === undefined ? seen : { ...seen, endedAtMs: seen.observedAtMs },
  ),
  // Every case that describes a running code block sees this one.
  misdescribed('early-end', ['C-060', 'C-061', 'C-062'], 'reports an end of code that is running', (seen) => ({
    endedAtMs: seen.observedAtMs,
    ...seen,
  })),
  misdescribed(
    'output-lost',
    ['C-061'],
    'does not report where the output is',
    ({ output: _dropped, ...seen }) => seen,
  ),
  misdescribed('fails-without-reason', ['C-061'], 'drops the reason of failed code', ({ reason: _, ...seen }) => seen),
  misdescribed('failed-is-over', ['C-061', 'C-062'], 'reports every end as a success', (seen) =>
    isCalculationOver(seen.state) ? { ...seen, state: 'succeeded' } : seen,
  ),
  brokenRunner('stops-in-name-only', ['C-062'], 'reports code as stopped and leaves it running', (runner) => ({
    stop: async (handle, id, call) => ({ ...(await runner.describe(handle, id, call)), state: 'cancelled' }),
  })),
  brokenRunner('stops-once', ['C-062'], 'fails to stop code that has ended', (runner) => ({
    stop: async (handle, id, call) => {
      const { state } = await runner.describe(handle, id, call);
      if (!isCalculationOver(state)) return runner.stop(handle, id, call);
      throw new SessionError('conflict', `the calculation ${id} has ended`, { operation: 'stopCalculation', handle });
    },
  })),
  brokenRunner('busy-is-a-mistake', ['C-063'], 'reports code for a busy session as invalid', (runner) =>
    failing(
      runner,
      'start',
      'conflict',
      (error, handle) => new SessionError('invalid-request', error.message, { operation: 'startCalculation', handle }),
    ),
  ),
  brokenRunner('code-after-the-end', ['C-063'], 'accepts code in an ended session and runs nothing', (runner) =>
    failing(runner, 'start', 'session-failed', async (_error, _handle, { token: id }) => ({
      id,
      nativeState: 'ENDED',
      state: 'cancelled',
      observedAtMs: 0,
    })),
  ),
];
