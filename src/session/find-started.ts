import type { Observation } from '../contract/observation.ts';
import type { Clock, Logger } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { SessionProvider } from '../contract/session-provider.ts';
import { signalWithTimeout } from '../provider-kit/signal-with-timeout.ts';
import { sleep } from '../provider-kit/sleep.ts';
import { callContext } from './call-context.ts';
import { listObservations } from './listing.ts';

/** After a lost answer the list is read at these intervals, milliseconds: lists lag behind starts. */
const LOOKUP_PAUSES_MS = [0, 1_000, 4_000];
/** How long all of this may take, milliseconds: a service that does not answer the start may answer nothing. */
const LOOKUP_TIMEOUT_MS = 20_000;

/** What a search needs. */
interface LookupParts {
  /** The provider with its layers. */
  readonly provider: SessionProvider;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A start whose answer was lost; the service may have named the session. */
interface LostStart {
  readonly token: string;
  readonly handle: SessionHandle | undefined;
}

/** Finds the session of a start whose answer was lost; `undefined` when there is none or the searches failed. */
export async function findStarted(
  parts: LookupParts,
  { token, handle }: LostStart,
  failures: unknown[],
): Promise<Observation | undefined> {
  const { clock, logger } = parts;
  const limit = signalWithTimeout(clock, {
    operation: 'start',
    timeoutMs: LOOKUP_TIMEOUT_MS,
    timeoutError: lookupError,
  });
  try {
    for (const pauseMs of LOOKUP_PAUSES_MS) {
      if (limit.signal.aborted) break;
      const found = await sleep(clock, pauseMs, limit.signal)
        .then(() => searchOnce(parts, { token, handle }, limit.signal))
        .catch((error: unknown) => void failures.push(error));
      if (found !== undefined) return found;
    }
  } finally {
    limit.release();
  }
  for (const error of failures) {
    logger.warn(
      { token, error },
      'the answer of a start was lost and its session could not be found; if one exists, its idle timeout ends it',
    );
  }
  return undefined;
}

/** Describes the session that the service named, or searches the list. */
async function searchOnce(
  { provider, clock }: LookupParts,
  { token, handle }: LostStart,
  signal: AbortSignal,
): Promise<Observation | undefined> {
  const isMeant = ({ details }: Observation): boolean => details.ownership?.token === token;
  if (handle !== undefined) {
    const seen = await provider.describe(handle, callContext(clock, { signal }));
    return isMeant(seen) ? seen : undefined;
  }
  for await (const seen of listObservations(provider, clock, { signal })) if (isMeant(seen)) return seen;
  return undefined;
}

function lookupError(): SessionError {
  const message = `the search for the session took longer than ${LOOKUP_TIMEOUT_MS} ms`;
  return new SessionError('timeout', message, { operation: 'start', advice: 'Check that the service answers.' });
}
