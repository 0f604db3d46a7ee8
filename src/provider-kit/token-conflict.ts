import { SessionError } from '../contract/session-error.ts';
import type { Cursor, SessionProvider } from '../contract/session-provider.ts';
import type { CallContext } from '../contract/call-context.ts';

/** A search goes no further than this many pages. */
const SEARCH_PAGES = 10;

/** Tells whether the service itself refused a call, for a reason that it does not say in a code. */
export function isServiceRefusal(error: unknown): error is SessionError {
  const kinds = ['invalid-request', 'conflict', 'not-found'];
  return SessionError.is(error) && error.native !== undefined && kinds.includes(error.kind);
}

/**
 * A start is also refused when its token was used with other options before: then the session that holds the token explains
 * the refusal better than the service does.
 * @returns the error to throw instead, or `undefined` when no live session holds the token.
 */
export async function explainByTokenConflict(
  refused: SessionError,
  token: string,
  { provider, call }: { readonly provider: Pick<SessionProvider, 'id' | 'listPage'>; readonly call: CallContext },
): Promise<SessionError | undefined> {
  let cursor: Cursor | undefined;
  for (let page = 0; page < SEARCH_PAGES; page++) {
    const { observations, next } = await provider.listPage({}, cursor, call);
    const holder = observations.find(({ details }) => details.ownership?.token === token);
    if (holder !== undefined) {
      return new SessionError(
        'conflict',
        `session ${holder.handle.id} was started under the same key with other options; attach to it, start with the same ` +
          'options, or choose another key',
        { operation: 'start', provider: provider.id, handle: holder.handle, native: refused.native, cause: refused },
      );
    }
    if (next === undefined) return undefined;
    cursor = next;
  }
  return undefined;
}
