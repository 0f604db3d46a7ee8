import type { Observation } from '../../src/contract/observation.ts';
import type { Ownership } from '../../src/contract/ownership.ts';
import { notFoundObservation } from '../../src/provider-kit/observation.ts';
import { startByName, type NamedSession } from '../../src/provider-kit/start-by-name.ts';
import type { NativeOperation, NativeSession } from './client.ts';
import { readFailure } from './failure.ts';
import { failedStart, fromSession, fromState } from './observation.ts';
import { nameOf } from './start-input.ts';
import type { SessionTarget } from './terminate-and-wait.ts';

/** A session to start under a name. */
export interface NewSession {
  readonly ownership: Ownership;
  readonly session: NativeSession;
  /** Whether the record of an ended session may be deleted. */
  readonly deleteRecord: boolean;
}

/**
 * Starts a session under a name. The service remembers the id of a request longer than the record, so each further session under
 * a name has its own, which every process derives alike.
 * Decision 15: docs/decisions/0015-dataproc-session-id-is-the-token.md
 */
export async function startNamed(target: SessionTarget, start: NewSession): Promise<Observation> {
  const { id, client, clock, call, context } = target;
  const { observation } = await startByName({
    handle: context().handle,
    owner: start.ownership.owner,
    deleteRecord: start.deleteRecord,
    takenCode: 'ALREADY_EXISTS',
    clock,
    signal: call.signal,
    create: (previous) => create(target, start, previous ?? id),
    get: () => get(target),
    delete: (instance) => client.ofSession('deleteSession', { id, requestId: instance }, call),
  });
  return observation;
}

async function create(target: SessionTarget, start: NewSession, requestId: string): Promise<NamedSession | undefined> {
  const { id, client, call } = target;
  let operation: NativeOperation;
  try {
    operation = await client.inParent('createSession', { sessionId: id, requestId, session: start.session }, call);
  } catch (error) {
    if (readFailure(error, 0).code !== 'ALREADY_EXISTS') throw error;
    return undefined;
  }
  return describeCreated(target, start, operation);
}

async function get({ id, client, call, context }: SessionTarget): Promise<NamedSession | undefined> {
  try {
    const found = await client.ofSession('getSession', { id }, call);
    return { observation: fromSession(found, context()), instance: found.uuid ?? '' };
  } catch (error) {
    if (readFailure(error, 0).code !== 'NOT_FOUND') throw error;
    return undefined;
  }
}

/**
 * The session is there at once and visible to everyone, so this does not wait for the operation. If the session is not there,
 * the operation tells whether it will be. The start has succeeded, whatever happens here.
 */
async function describeCreated(
  target: SessionTarget,
  { ownership, session }: NewSession,
  started: NativeOperation,
): Promise<NamedSession> {
  const name = nameOf(session);
  const details = { ownership, ...(name !== undefined && { name }) };
  const creating = { observation: fromState('CREATING', target.context(), details), instance: '' };
  try {
    const found = await get(target);
    if (found !== undefined) return found;
  } catch {
    return creating;
  }
  return { observation: (await readOperation(target, started)) ?? creating.observation, instance: '' };
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
