import type { Observation } from '../contract/observation.ts';
import type { Ownership } from '../contract/ownership.ts';
import type { Clock } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import { sleep } from './sleep.ts';

/** A session under a name, as one answer shows it. */
export interface NamedSession {
  readonly observation: Observation;
  /** Distinguishes sessions of one name; empty if no session was seen. */
  readonly instance: string;
}

/** A start in a service whose caller chooses the id of a session. */
export interface NamedStart<Named extends NamedSession> {
  /** The session to start. Its id is the name. */
  readonly handle: SessionHandle;
  readonly owner: Ownership['owner'];
  /** Whether the record of an ended session may be deleted. */
  readonly deleteRecord: boolean;
  /** The service's code for a name that is taken. */
  readonly takenCode: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Creates the session; `undefined` when the name is taken. @param previous - the session whose record was deleted before. */
  create(previous: string | undefined): Promise<Named | undefined>;
  /** The session that has the name; `undefined` when there is none. */
  get(): Promise<Named | undefined>;
  /** Deletes the record of one session. */
  delete(instance: string): Promise<unknown>;
}

/** The poll interval while a record is deleted, milliseconds. */
const DELETION_POLL_MS = 2_000;

/**
 * Starts a session under a name. If the name is taken: our own session is returned, ended or not, or, with `deleteRecord`, the
 * record of an ended one is deleted and a new session started; a session of someone else is a conflict.
 */
export async function startByName<Named extends NamedSession>(start: NamedStart<Named>): Promise<Named> {
  const first = await createOrAdopt(start, undefined);
  if (!start.deleteRecord || !first.observation.final || first.instance === '') return first;
  await deleteRecord(start, first.instance);
  return createOrAdopt(start, first.instance);
}

async function createOrAdopt<Named extends NamedSession>(
  start: NamedStart<Named>,
  previous: string | undefined,
): Promise<Named> {
  const seen = (await start.create(previous)) ?? (await start.get());
  if (seen === undefined) throw takenError(start, 'by a session that the service does not show yet; start it again');
  const { observation, instance } = seen;
  const { details, nativeState } = observation;
  if (instance === '' || details.ownership?.owner === start.owner) return seen;
  const holder = details.ownership?.owner ?? details.creator ?? 'someone else';
  const message = `by a session of ${holder} (${nativeState}); attach to it, use another key, or delete it`;
  throw takenError(start, message, observation);
}

/** Deletes a record and waits until it is gone. Another process may do the same and start first: only the session that was seen is deleted. */
async function deleteRecord<Named extends NamedSession>(start: NamedStart<Named>, instance: string): Promise<void> {
  const exists = async (): Promise<boolean> => (await start.get())?.instance === instance;
  if (!(await exists())) return;
  try {
    await start.delete(instance);
  } catch (error) {
    if (await exists()) throw error;
  }
  while (await exists()) await sleep(start.clock, DELETION_POLL_MS, start.signal);
}

function takenError(
  { handle, takenCode }: Pick<NamedStart<NamedSession>, 'handle' | 'takenCode'>,
  by: string,
  observation?: Observation,
): SessionError {
  return new SessionError('conflict', `the name ${handle.id} is taken ${by}`, {
    operation: 'start',
    provider: handle.provider,
    handle,
    ...(observation && { observation }),
    native: { code: takenCode },
  });
}
