import type { Observation } from '../../src/contract/observation.ts';
import type { Ownership } from '../../src/contract/ownership.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import { sleep } from '../../src/provider-kit/sleep.ts';
import type { NativeOperation, NativeSession } from './client.ts';
import { readFailure } from './failure.ts';
import { failedStart, fromSession, fromState } from './observation.ts';
import { notFoundObservation } from '../../src/provider-kit/observation.ts';
import { nameOf } from './start-input.ts';
import type { SessionTarget } from './terminate-and-wait.ts';

/** A session to start under a name. */
export interface NamedStart {
  /** The session's id and, for the first attempt, the id of the request. */
  readonly id: string;
  readonly ownership: Ownership;
  readonly session: NativeSession;
  /** Whether the record of an ended session may be deleted. */
  readonly deleteRecord: boolean;
}

/** The poll interval while a record is deleted, milliseconds. */
const DELETION_POLL_MS = 2_000;

/**
 * Starts a session under a name. If the name is taken: our own session is returned, ended or not, or, with `deleteRecord`, the
 * record of an ended one is deleted and a new session started; a session of someone else is a conflict. The service remembers
 * the id of a request longer than the record, so each further session under a name has its own, which every process derives alike.
 * Decision 15: docs/decisions/0015-dataproc-session-id-is-the-token.md
 */
export async function startByName(target: SessionTarget, start: NamedStart): Promise<Observation> {
  const first = await create(target, start, start.id);
  if (!start.deleteRecord || !first.observation.final || first.uuid === '') return first.observation;
  await deleteRecord(target, first.uuid);
  return (await create(target, start, first.uuid)).observation;
}

interface Seen {
  readonly observation: Observation;
  /** Distinguishes sessions of one name; empty if no session was seen. */
  readonly uuid: string;
}

async function create(target: SessionTarget, start: NamedStart, requestId: string): Promise<Seen> {
  const { client, call } = target;
  const { id, session } = start;
  let operation: NativeOperation;
  try {
    operation = await client.inParent('createSession', { sessionId: id, requestId, session }, call);
  } catch (error) {
    if (readFailure(error, 0).code !== 'ALREADY_EXISTS') throw error;
    return adopt(target, start, await client.ofSession('getSession', { id }, call));
  }
  return describeCreated(target, start, operation);
}

/**
 * The session is there at once and visible to everyone, so this does not wait for the operation. If the session is not there,
 * the operation tells whether it will be. The start has succeeded, whatever happens here.
 */
async function describeCreated(target: SessionTarget, start: NamedStart, started: NativeOperation): Promise<Seen> {
  const { client, call, context } = target;
  const { id, ownership, session } = start;
  const name = nameOf(session);
  const details = { ownership, ...(name !== undefined && { name }) };
  const creating = { observation: fromState('CREATING', context(), details), uuid: '' };
  let found: NativeSession;
  try {
    found = await client.ofSession('getSession', { id }, call);
  } catch (error) {
    if (readFailure(error, 0).code !== 'NOT_FOUND') return creating;
    return { observation: (await readOperation(target, started)) ?? creating.observation, uuid: '' };
  }
  return adopt(target, start, found);
}

/** What became of a start whose session is not there; `undefined` while that is open. */
async function readOperation(
  { client, call, context }: SessionTarget,
  started: NativeOperation,
): Promise<Observation | undefined> {
  try {
    const { done, error } = started.done ? started : await client.getOperation(started.name ?? '', call);
    if (!done) return undefined;
    return error
      ? failedStart(error.message || 'Dataproc gave no reason', context())
      : notFoundObservation('Dataproc', context());
  } catch {
    return undefined;
  }
}

/** The session that has the name, if it is ours. */
function adopt({ context }: SessionTarget, { id, ownership: { owner } }: NamedStart, found: NativeSession): Seen {
  const observation = fromSession(found, context());
  const { handle, details } = observation;
  if (details.ownership?.owner === owner) return { observation, uuid: found.uuid ?? '' };
  const holder = details.ownership?.owner ?? details.creator ?? 'someone else';
  throw new SessionError(
    'conflict',
    `the name ${id} is taken by a session of ${holder} (${observation.nativeState}); attach to it, use another key, or delete it`,
    { operation: 'start', provider: 'dataproc', handle, observation, native: { code: 'ALREADY_EXISTS' } },
  );
}

/**
 * Deletes a record and waits until it is gone. Another process may do the same and start first: so only the session that was
 * seen is deleted, under a request id that everyone who saw it derives.
 */
async function deleteRecord({ id, client, clock, call }: SessionTarget, uuid: string): Promise<void> {
  const exists = async (): Promise<boolean> => (await client.ofSession('getSession', { id }, call)).uuid === uuid;
  try {
    if (await exists()) await client.ofSession('deleteSession', { id, requestId: uuid }, call);
    while (await exists()) await sleep(clock, DELETION_POLL_MS, call.signal);
  } catch (error) {
    if (readFailure(error, 0).code !== 'NOT_FOUND') throw error;
  }
}
