import type { Observation } from '../../src/contract/observation.ts';
import { ERROR_KINDS } from '../../src/contract/error-kinds.ts';
import type { Clock } from '../../src/contract/ports.ts';
import { sleep } from '../../src/provider-kit/sleep.ts';
import type { DataprocClient } from './client.ts';
import { toErrorKind } from './errors.ts';
import { readFailure } from './failure.ts';
import { fromSession, fromState } from './observation.ts';
import { notFoundObservation, type ObservationContext } from '../../src/provider-kit/observation.ts';
import type { DataprocCall } from './transport.ts';

/** One session, the call that concerns it, and what the call needs. */
export interface SessionTarget {
  readonly id: string;
  readonly client: DataprocClient;
  readonly clock: Clock;
  readonly call: DataprocCall;
  readonly context: () => ObservationContext;
}

/** Poll intervals of a session that ends, and of one that is still being created, milliseconds. */
const POLL_INTERVALS_MS = { ending: 1_000, creating: 5_000 };

/** How often a session is polled after the service has accepted its end. */
const ENDING_POLLS = 10;

/**
 * Ends a session. The service rejects that while the session is being created (ABORTED) and when it is ending already
 * (FAILED_PRECONDITION), and shows it as ACTIVE for a moment after it has agreed: so this repeats the request until the end shows.
 * The caller's deadline ends the wait.
 * Decision 16: docs/decisions/0016-dataproc-terminate-waits-in-the-provider.md
 * @see https://github.com/GoogleCloudDataproc/dataproc-spark-connect-python (client/core.py, read 2026-11-20)
 */
export async function terminateAndWait(target: SessionTarget): Promise<Observation> {
  const { clock, call } = target;
  while (!(await isAccepted(target))) {
    let seen = await describe(target);
    // While it is being created the request would be rejected again.
    while (seen.nativeState === 'CREATING') {
      await sleep(clock, POLL_INTERVALS_MS.creating, call.signal);
      seen = await describe(target);
    }
    if (isEnding(seen)) return seen;
    await sleep(clock, POLL_INTERVALS_MS.ending, call.signal);
  }
  return awaitEnding(target);
}

async function isAccepted({ id, client, call }: SessionTarget): Promise<boolean> {
  try {
    await client.ofSession('terminateSession', { id }, call);
    return true;
  } catch (error) {
    const { stage, code } = readFailure(error, 0);
    if (stage === 'answer' && (code === 'ABORTED' || code === 'FAILED_PRECONDITION')) return false;
    throw error;
  }
}

/** The end is decided: a failed poll, or one that shows an earlier state, does not change that. A permanent error ends the polls. */
async function awaitEnding(target: SessionTarget): Promise<Observation> {
  const { clock, call, context } = target;
  for (let poll = 0; poll < ENDING_POLLS; poll++) {
    if (poll > 0) await sleep(clock, POLL_INTERVALS_MS.ending, call.signal);
    try {
      const seen = await describe(target);
      if (isEnding(seen)) return seen;
    } catch (error) {
      const failure = readFailure(error, 0);
      if (failure.code === 'NOT_FOUND') return notFoundObservation('Dataproc', context());
      if (ERROR_KINDS[toErrorKind(failure, 'describe')].retry === 'permanent') break;
    }
  }
  return fromState('TERMINATING', context());
}

async function describe({ id, client, call, context }: SessionTarget): Promise<Observation> {
  return fromSession(await client.ofSession('getSession', { id }, call), context());
}

function isEnding({ state }: Observation): boolean {
  return state === 'terminated' || state === 'failed';
}
