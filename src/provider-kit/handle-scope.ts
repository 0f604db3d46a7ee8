import { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';

/**
 * Refuses a handle that names a session elsewhere, before any I/O (C-034): a foreign id sent to the wrong scope
 * would at best be unknown there and at worst be somebody else's.
 * @throws SessionError `invalid-request` when provider or scope differ, or the id is empty.
 */
export function assertHandleScope(
  place: { readonly id: string; readonly scope: string },
  handle: SessionHandle,
  operation: string,
): void {
  const refuse = (message: string): never => {
    throw new SessionError('invalid-request', message, { operation, provider: place.id, handle });
  };
  if (handle.provider !== place.id) {
    refuse(
      `this handle is of provider '${handle.provider}', not '${place.id}'; open the environment that started the session`,
    );
  }
  if (handle.scope !== place.scope) {
    refuse(
      `this handle is of '${handle.scope}', and this environment works in '${place.scope}'; open the environment that started the session`,
    );
  }
  // An empty id is not refused by HTTP clients: `GET /sessions/` is the list route.
  if (handle.id.trim() === '') refuse('the session id is empty');
}
