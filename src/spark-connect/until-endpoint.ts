import type { Clock } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import type { ConnectEndpoint } from '../contract/session-provider.ts';
import { raceAbort } from '../provider-kit/race-abort.ts';
import { sleep } from '../provider-kit/sleep.ts';

/** How long a ready session may be without an endpoint, and the poll interval, milliseconds. */
const ENDPOINT_TIMEOUT_MS = 2 * 60_000;
const ENDPOINT_INTERVAL_MS = 500;

/** Waits for the endpoint of a session: clouds report a session as ready a moment before it has one. @throws SessionError why it has none. */
export async function untilEndpoint(
  get: () => Promise<ConnectEndpoint>,
  clock: Clock,
  { signal, deadline = Number.POSITIVE_INFINITY }: { readonly signal: AbortSignal; readonly deadline?: number },
): Promise<void> {
  const untilMs = Math.min(deadline, clock.monotonicMs() + ENDPOINT_TIMEOUT_MS);
  for (;;) {
    try {
      await raceAbort(get(), signal, 'execute');
      return;
    } catch (error) {
      const isTooLate = clock.monotonicMs() + ENDPOINT_INTERVAL_MS > untilMs;
      if (isTooLate || !SessionError.is(error, 'conflict')) throw error;
    }
    await sleep(clock, ENDPOINT_INTERVAL_MS, signal);
  }
}
