import type { Observation } from '../../src/contract/observation.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import { sleep } from '../../src/contract/sleep.ts';
import type { NativeOperation, NativeSession } from './client.ts';
import type { SessionDrive } from './drive-to-end.ts';
import { readFailure } from './failure.ts';
import { fromSession, fromState, gone, neverCame } from './observation.ts';
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
 * asked for, its record makes room; anybody else's is a conflict. An id of a request is remembered by the service beyond
 * the record, so each further session under a name has one of its own that every process finds alike.
 */
export async function startByName(drive: SessionDrive, start: NamedStart): Promise<Observation> {
  const { calls, limits } = drive;
  const { id, session } = start;
  for (let requestId = id; ;) {
    const operation = await orTaken(calls.createSession({ sessionId: id, requestId, session }, limits));
    const seen = operation === undefined ? await adopt(drive, start) : await look(drive, start, operation);
    const { uuid } = seen;
    if (!start.deleteRecord || !seen.observation.final || uuid === '' || uuid === requestId) return seen.observation;
    await removeRecord(drive, id);
    requestId = uuid;
  }
}

interface Seen {
  readonly observation: Observation;
  /** Tells two sessions of one name apart; empty where there is no session to be seen. */
  readonly uuid: string;
}

/** The operation of a start; `undefined` when the name is taken. */
async function orTaken(started: Promise<NativeOperation>): Promise<NativeOperation | undefined> {
  try {
    return await started;
  } catch (error) {
    const failure = readFailure(error, 0);
    if (failure.code === 'ALREADY_EXISTS') return undefined;
    throw error;
  }
}

/**
 * The operation is not waited for: the session is there at once, and is what shows to everybody. When it is not there, the
 * operation tells whether it will be. Whatever goes wrong with looking, the start has succeeded.
 */
async function look(
  { calls, limits, sight }: SessionDrive,
  { id, owner, session }: NamedStart,
  started: NativeOperation,
): Promise<Seen> {
  const name = nameOf(session);
  const creating = {
    observation: fromState('CREATING', sight(), {
      ownership: { owner, token: id },
      ...(name !== undefined && { name }),
    }),
    uuid: '',
  };
  try {
    const found = await calls.getSession(id, limits);
    return { observation: fromSession(found, sight()), uuid: found.uuid ?? '' };
  } catch (error) {
    if (readFailure(error, 0).code !== 'NOT_FOUND') return creating;
  }
  try {
    const operation = started.done ? started : await calls.getOperation(started.name ?? '', limits);
    if (!operation.done) return creating;
    const { error } = operation;
    return {
      observation: error ? neverCame(error.message || 'Dataproc gave no reason', sight()) : gone(sight()),
      uuid: '',
    };
  } catch {
    return creating;
  }
}

async function adopt({ calls, limits, sight }: SessionDrive, { id, owner }: NamedStart): Promise<Seen> {
  const found = await calls.getSession(id, limits);
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

/** Removes a record and waits until its name is free; somebody else may have been first. */
async function removeRecord({ calls, clock, limits }: SessionDrive, id: string): Promise<void> {
  try {
    await calls.deleteSession(id, limits);
    for (;;) {
      await calls.getSession(id, limits);
      await sleep(clock, REMOVAL_PAUSE_MS, limits.signal);
    }
  } catch (error) {
    if (readFailure(error, 0).code !== 'NOT_FOUND') throw error;
  }
}
