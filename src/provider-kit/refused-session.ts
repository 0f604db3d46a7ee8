import type { CallContext } from '../contract/call-context.ts';
import type { Observation } from '../contract/observation.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { Cursor, SessionProvider } from '../contract/session-provider.ts';

/** A search reads at most this many pages. */
const SEARCH_PAGES = 10;

/** Whether the service itself refused a call with a code that has several reasons. */
export function isServiceRefusal(error: unknown): error is SessionError {
  const kinds = ['invalid-request', 'conflict', 'not-found'];
  return SessionError.is(error) && error.native !== undefined && kinds.includes(error.kind);
}

/** The session that a call is about, and the list that shows whether it lives. */
export interface RefusedSession {
  readonly provider: Pick<SessionProvider, 'listPage'>;
  readonly handle: SessionHandle;
  readonly call: CallContext;
}

/**
 * Describes a session. Services refuse that with the same codes for an unknown session, for an unknown workgroup, application or
 * project, and for other reasons. After a refusal the list decides: what the complete list of live sessions does not show has ended.
 * @returns `undefined` when the session has ended and its record is gone.
 * @throws SessionError the refusal when the list cannot be read, or the temporary error of listing.
 */
export async function describeOrFind(
  describe: () => Promise<Observation>,
  { provider, handle, call }: RefusedSession,
): Promise<Observation | undefined> {
  try {
    return await describe();
  } catch (refused) {
    if (!isServiceRefusal(refused)) throw refused;
    const { found, isComplete } = await search(provider, call, (seen) => seen.handle.id === handle.id).catch(
      (error: unknown) => {
        if (!SessionError.is(error) || error.retry === 'permanent') throw refused;
        throw error.with({ operation: refused.operation, handle });
      },
    );
    if (found === undefined && !isComplete) throw refused;
    return found;
  }
}

/**
 * What a refusal to terminate means: services refuse it for ended and unknown sessions too.
 * @returns the session if it is ending or has ended; `undefined` when its record is gone.
 * @throws SessionError `conflict` with the observation when the session lives, or what {@link describeOrFind} throws.
 */
export async function endedAfterRefusal(
  refused: SessionError,
  describe: () => Promise<Observation>,
  session: RefusedSession,
): Promise<Observation | undefined> {
  const seen = await describeOrFind(describe, session);
  if (seen === undefined || seen.final || seen.state === 'terminated') return seen;
  const { handle, native } = refused;
  throw new SessionError(
    'conflict',
    `session '${session.handle.id}' is still ${seen.nativeState}, because ${refused.message}`,
    { operation: 'terminate', provider: refused.provider, handle, native, observation: seen, cause: refused },
  );
}

/** The error of a describe when the session has ended and its record is gone. */
export function goneError(handle: SessionHandle, operation: string): SessionError {
  const { provider, scope, id } = handle;
  return new SessionError('not-found', `${scope} has no session '${id}'`, { operation, provider, handle });
}

/** Searches the list of live sessions. */
export async function search(
  provider: Pick<SessionProvider, 'listPage'>,
  call: CallContext,
  isMeant: (seen: Observation) => boolean,
): Promise<{ readonly found: Observation | undefined; readonly isComplete: boolean }> {
  let cursor: Cursor | undefined;
  for (let page = 0; page < SEARCH_PAGES; page++) {
    const { observations, next } = await provider.listPage({}, cursor, call);
    const found = observations.find(isMeant);
    if (found !== undefined || next === undefined) return { found, isComplete: next === undefined };
    cursor = next;
  }
  return { found: undefined, isComplete: false };
}
