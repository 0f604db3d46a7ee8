import { ERROR_KINDS } from '../../contract/error-kinds.ts';
import { OPERATIONS } from '../../contract/operations.ts';
import type { Clock, Random } from '../../contract/ports.ts';
import { SessionError, type Effect } from '../../contract/session-error.ts';
import { sleep } from '../../provider-kit/sleep.ts';
import type { AnyLayer } from './layer.ts';

/** Most attempts of one call. */
export const MAX_ATTEMPTS = 5;
/** The first pause is drawn from 0 up to this, milliseconds; each further one from 0 up to twice as much. */
export const BASE_DELAY_MS = 100;
/** The same after the service said that we ask too often. */
export const RATE_LIMITED_BASE_DELAY_MS = 1_000;

/**
 * The one owner of retries (C-102); the operations table says which verbs may be repeated.
 * Pauses have full jitter, are never shorter than Retry-After, and none begins that would end after the deadline.
 */
export function retryLayer(clock: Clock, random: Random): AnyLayer {
  return async (invocation, next) => {
    if (!OPERATIONS[invocation.operation].retried) return next(invocation);
    const { call, span } = invocation;
    /** An attempt whose answer was lost may have acted, whatever a later one reports. */
    let effect: Effect = 'none';
    for (let attempt = 1; ; attempt++) {
      try {
        // Most calls need one attempt: it passes the invocation on unchanged.
        return await next(attempt === 1 ? invocation : { ...invocation, call: { ...call, attempt } });
      } catch (thrown) {
        if (!SessionError.is(thrown)) throw thrown;
        if (thrown.effect === 'unknown') effect = 'unknown';
        const error = thrown.effect === effect ? thrown : thrown.with({ effect });
        if (error.retry !== 'temporary' || !ERROR_KINDS[error.kind].retriedByLayer || call.signal.aborted) throw error;
        const delayMs = pauseMs(error, attempt, random);
        if (attempt === MAX_ATTEMPTS || clock.monotonicMs() + delayMs >= call.deadline) {
          throw error.with({ retry: 'persistent' });
        }
        span.event('retry', { attempt, delayMs, kind: error.kind });
        await sleep(clock, delayMs, call.signal);
      }
    }
  };
}

function pauseMs(error: SessionError, attempt: number, random: Random): number {
  const base = error.kind === 'rate-limited' ? RATE_LIMITED_BASE_DELAY_MS : BASE_DELAY_MS;
  const drawn = random.next() * base * 2 ** (attempt - 1);
  return Math.max(drawn, error.retryAfterMs ?? 0);
}
