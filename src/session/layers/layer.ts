import type { Span } from '../../contract/ports.ts';
import type { ListFilter, SessionProvider } from '../../contract/session-provider.ts';
import type { Operation, ProviderOperation } from '../../contract/operations.ts';
import type { CallContext } from '../../contract/call-context.ts';
import type { SessionHandle } from '../../contract/session-handle.ts';
import type { StartRequest } from '../../contract/start-request.ts';

/** One call of any provider, of sessions or of batches. What layers change on its way is its {@link CallContext}. */
export interface AnyInvocation {
  readonly operation: Operation;
  readonly provider: { readonly id: string; readonly scope: string };
  readonly handle?: SessionHandle | undefined;
  /** What the caller sends along. */
  readonly input?: unknown;
  /** Set by the trace layer. */
  span?: Span | undefined;
}

/** One call of a session provider. */
export interface Invocation extends AnyInvocation {
  readonly operation: ProviderOperation;
  readonly provider: SessionProvider;
  readonly request?: StartRequest | undefined;
  readonly filter?: ListFilter | undefined;
}

/** The rest of the way, down to the adapter. */
export type Next<Answer> = (call: CallContext) => Promise<Answer>;

/** One concern that all verbs share. It may refuse or repeat the invocation or change its call, and never reads the answer. */
export type Layer<Call extends AnyInvocation = Invocation> = <Answer>(
  invocation: Call,
  call: CallContext,
  next: Next<Answer>,
) => Promise<Answer>;

/** A layer that uses only what sessions and batches have in common. */
export type AnyLayer = Layer<AnyInvocation>;

/** Makes one layer of several, the first one outermost. */
export function composeLayers<Call extends AnyInvocation = Invocation>(layers: readonly Layer<Call>[]): Layer<Call> {
  return layers.reduceRight<Layer<Call>>(
    (inner, outer) => (invocation, call, next) => outer(invocation, call, (passed) => inner(invocation, passed, next)),
    (_, call, next) => next(call),
  );
}
