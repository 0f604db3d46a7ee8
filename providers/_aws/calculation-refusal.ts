import type { CallContext } from '../../src/contract/call-context.ts';
import type { Observation } from '../../src/contract/observation.ts';
import type { ProviderOperation } from '../../src/contract/operations.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import type { SessionHandle } from '../../src/contract/session-handle.ts';
import type { SessionProvider } from '../../src/contract/session-provider.ts';
import type { CallRunner, ServiceCall } from '../../src/provider-kit/call-runner.ts';
import { isServiceRefusal } from '../../src/provider-kit/refused-session.ts';

/** A call about a calculation of a session. */
interface SessionCall {
  readonly operation: ProviderOperation;
  readonly handle: SessionHandle;
  readonly call: CallContext;
}

/**
 * Services refuse a calculation with the same error code for a busy session, an ended one and code that they do not accept: the
 * state of the session shows which.
 */
function explainByState(refused: SessionError, seen: Observation): SessionError {
  const { handle, nativeState, state, reason = 'no reason given' } = seen;
  const origin = {
    operation: refused.operation,
    provider: handle.provider,
    handle,
    native: refused.native,
    effect: refused.effect,
    cause: refused,
  } as const;
  switch (state) {
    case 'creating':
    case 'busy':
      return new SessionError(
        'conflict',
        `session ${handle.id} is ${nativeState} and accepts no code now; run it when the session is ready`,
        origin,
      );
    case 'terminated':
    case 'failed':
      return new SessionError(
        'session-failed',
        `session ${handle.id} is ${nativeState} (${reason}); start a new session`,
        { ...origin, observation: seen },
      );
    case 'ready':
    case undefined:
      return refused;
  }
}

/** Makes a call about a calculation. The session is described to explain a refusal; without an explanation the refusal stands. */
export async function runInSession<Answer>(
  { runner, provider }: { readonly runner: CallRunner; readonly provider: Pick<SessionProvider, 'describe'> },
  { operation, handle, call }: SessionCall,
  work: (sub: ServiceCall) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await runner.run({ operation, handle, call }, work);
  } catch (refused) {
    if (!isServiceRefusal(refused)) throw refused;
    const seen = await provider.describe(handle, call).catch((error: unknown) => {
      throw SessionError.is(error, 'not-found') ? error.with({ operation }) : refused;
    });
    throw explainByState(refused, seen);
  }
}
