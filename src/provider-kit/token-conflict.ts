import { SessionError } from '../contract/session-error.ts';
import type { SessionProvider } from '../contract/session-provider.ts';
import type { CallContext } from '../contract/call-context.ts';
import { search } from './refused-session.ts';

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
  const { found: holder } = await search(provider, call, ({ details }) => details.ownership?.token === token);
  if (holder === undefined) return undefined;
  return new SessionError(
    'conflict',
    `session ${holder.handle.id} was started under the same key with other options; attach to it, start with the same ` +
      'options, or choose another key',
    { operation: 'start', provider: provider.id, handle: holder.handle, native: refused.native, cause: refused },
  );
}
