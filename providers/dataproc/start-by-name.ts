import type { Observation } from '../../src/contract/observation.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import { sleep } from '../../src/provider-kit/sleep.ts';
import type { NativeOperation, NativeSession } from './client.ts';
import type { SessionDrive } from './terminate-and-wait.ts';
import { readFailure } from './failure.ts';
import { fromSession, fromState, notFoundObservation, neverCame } from './observation.ts';
import { nameOf } from './start-input.ts';

/** What is to be started under which name. */
export interface NamedStart {
  /** The session's id and, for the first attempt, the id of the request. */
  readonly id: string;
  readonly owner: string;
  readonly session: NativeSession;
  /** Whether the record of an ended session may make room. */
  readonly deleteRecord: boolean;
}

/** Pause between two looks at a record that is being removed, milliseconds. */
const REMOVAL_PAUSE_MS = 2_000;

/**
 * Starts the session of a name. A name that is taken is looked at: our own session is adopted, ended or not, or, where that is
 * asked for, the record of one that ended makes room; anybody else's is a conflict. An id of a request is remembered by the
 * service beyond the record, so each further session under a name has one of its own that every process finds alike.
 */
export async function startByName(drive: SessionDrive, start: NamedStart): Promise<Observation> {
  const first = await create(drive, start, start.id);
  if (!start.deleteRecord || !first.observation.final || first.uuid === '') return first.observation;
  await removeRecord(drive, { id: start.id, uuid: first.uuid });
  return (await create(drive, start, first.uuid)).observation;
}

interface Seen {
  readonly observation: Observation;
  /** Tells two sessions of one name apart; empty where there is no session to be seen. */
  readonly uuid: string;
}

async function create(drive: SessionDrive, start: NamedStart, requestId: string): Promise<Seen> {
  const { calls, limits } = drive;
  const { id, session } = start;
  let operation: NativeOperation;
  try {
    operation = await calls.createSession({ sessionId: id, requestId, session }, limits);
  } catch (error) {
    if (readFailure(error, 0).code !== 'ALREADY_EXISTS') throw error;
    return adopt(drive, start, await calls.getSession(id, limits));
  }
  return look(drive, start, operation);
}

/**
 * The operation is not waited for: the session is there at once, and is what shows to everybody. When it is not there, the
 * operation tells whether it will be. Whatever goes wrong with looking, the start has succeeded.
 */
async function look(drive: SessionDrive, start: NamedStart, started: NativeOperation): Promise<Seen> {
  const { calls, limits, sight } = drive;
  const { id, owner, session } = start;
  const name = nameOf(session);
  const creating = {
    observation: fromState('CREATING', sight(), {
      ownership: { owner, token: id },
      ...(name !== undefined && { name }),
    }),
    uuid: '',
  };
  let found: NativeSession;
  try {
    found = await calls.getSession(id, limits);
  } catch (error) {
    if (readFailure(error, 0).code !== 'NOT_FOUND') return creating;
    return { observation: (await askOperation(drive, started)) ?? creating.observation, uuid: '' };
  }
  return adopt(drive, start, found);
}

/** What became of a start whose session is not there; `undefined` while that is open. */
async function askOperation(
  { calls, limits, sight }: SessionDrive,
  started: NativeOperation,
): Promise<Observation | undefined> {
  try {
    const { done, error } = started.done ? started : await calls.getOperation(started.name ?? '', limits);
    if (!done) return undefined;
    return error ? neverCame(error.message || 'Dataproc gave no reason', sight()) : notFoundObservation(sight());
  } catch {
    return undefined;
  }
}

/** The session that has the name, if it is ours. */
function adopt({ sight }: SessionDrive, { id, owner }: NamedStart, found: NativeSession): Seen {
  const observation = fromSession(found, sight());
  const { handle, details } = observation;
  if (details.ownership?.owner === owner) return { observation, uuid: found.uuid ?? '' };
  const holder = details.ownership?.owner ?? details.creator ?? 'somebody else';
  throw new SessionError(
    'conflict',
    `the name ${id} is taken by a session of ${holder} (${observation.nativeState}); attach to it, choose another key, or have it deleted`,
    { operation: 'start', provider: 'dataproc', handle, observation, native: { code: 'ALREADY_EXISTS' } },
  );
}

/**
 * Removes a record and waits until it is gone. Somebody else may do the same at the same time, and be first to start anew:
 * so only the session that was seen is removed, and under a request id that all who saw it share.
 */
async function removeRecord(
  { calls, clock, limits }: SessionDrive,
  { id, uuid }: { readonly id: string; readonly uuid: string },
): Promise<void> {
  const isThere = async (): Promise<boolean> => (await calls.getSession(id, limits)).uuid === uuid;
  try {
    if (await isThere()) await calls.deleteSession({ id, requestId: uuid }, limits);
    while (await isThere()) await sleep(clock, REMOVAL_PAUSE_MS, limits.wanted.signal);
  } catch (error) {
    if (readFailure(error, 0).code !== 'NOT_FOUND') throw error;
  }
}
