import type { Observation } from '../../src/contract/observation.ts';
import type { Clock } from '../../src/contract/ports.ts';
import { sleep } from '../../src/provider-kit/sleep.ts';
import type { CallLimits, DataprocCalls } from './client.ts';
import { readFailure } from './failure.ts';
import { fromSession, fromState, notFoundObservation, type ObservationContext } from './observation.ts';

/** Who drives which session. */
export interface SessionDrive {
  readonly calls: DataprocCalls;
  readonly clock: Clock;
  readonly limits: CallLimits;
  readonly sight: () => ObservationContext;
}

/** Pauses between two looks at a session whose end is decided, and at one that is still being created, milliseconds. */
const PAUSES_MS = { ending: 1_000, creating: 5_000 };

/** How often a session whose end was accepted is looked at until it shows. */
const ENDING_LOOKS = 10;

/**
 * Ends a session. The service refuses that while the session is being created (ABORTED) and while it ends already
 * (FAILED_PRECONDITION), and shows it as ACTIVE for a moment after it agreed: so the end is asked for until it shows.
 * The caller's deadline ends the wait.
 * @see https://github.com/GoogleCloudDataproc/dataproc-spark-connect-python (client/core.py, read 2026-11-20)
 */
export async function terminateAndWait(drive: SessionDrive): Promise<Observation> {
  const { calls, clock, limits, sight } = drive;
  const { id } = sight().handle;
  while (!(await isAccepted(drive, id))) {
    let seen = fromSession(await calls.getSession(id, limits), sight());
    // As long as it is being created the answer is known.
    while (seen.nativeState === 'CREATING') {
      await sleep(clock, PAUSES_MS.creating, limits.wanted.signal);
      seen = fromSession(await calls.getSession(id, limits), sight());
    }
    if (isEnding(seen)) return seen;
    await sleep(clock, PAUSES_MS.ending, limits.wanted.signal);
  }
  return awaitEnding(drive, id);
}

async function isAccepted({ calls, limits }: SessionDrive, id: string): Promise<boolean> {
  try {
    await calls.terminateSession(id, limits);
    return true;
  } catch (error) {
    const { stage, code } = readFailure(error, 0);
    if (stage === 'answer' && (code === 'ABORTED' || code === 'FAILED_PRECONDITION')) return false;
    throw error;
  }
}

/** The end is decided: a look that fails, or a service that goes on showing the past, changes nothing about it. */
async function awaitEnding({ calls, clock, limits, sight }: SessionDrive, id: string): Promise<Observation> {
  for (let look = 0; look < ENDING_LOOKS; look++) {
    if (look > 0) await sleep(clock, PAUSES_MS.ending, limits.wanted.signal);
    try {
      const seen = fromSession(await calls.getSession(id, limits), sight());
      if (isEnding(seen)) return seen;
    } catch (error) {
      if (readFailure(error, 0).code === 'NOT_FOUND') return notFoundObservation(sight());
    }
  }
  return fromState('TERMINATING', sight());
}

function isEnding({ state }: Observation): boolean {
  return state === 'terminated' || state === 'failed';
}
