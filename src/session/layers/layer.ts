import type { Span } from '../../contract/ports.ts';
import type { ListFilter, SessionProvider } from '../../contract/session-provider.ts';
import type { Operation, ProviderOperation } from '../../contract/operations.ts';
import type { CallContext } from '../../contract/call-context.ts';
import type { SessionHandle } from '../../contract/session-handle.ts';
import type { StartRequest } from '../../contract/start-request.ts';

/** One call of any provider, of sessions or of batches, on its way through the layers. */
export interface AnyInvocation {
  readonly operation: Operation;
  readonly provider: { readonly id: string; readonly scope: string };
  readonly handle?: SessionHandle;
  /** What the caller sends along. */
  readonly input?: unknown;
  readonly call: CallContext;
  readonly span: Span;
}

/** One call of a session provider. */
export interface Invocation extends AnyInvocation {
  readonly operation: ProviderOperation;
  readonly provider: SessionProvider;
  readonly request?: StartRequest;
  readonly filter?: ListFilter;
}

/** The rest of the way, down to the adapter. */
export type Next<Answer, Call extends AnyInvocation = Invocation> = (invocation: Call) => Promise<Answer>;

/** One concern that all verbs share. It may refuse, change or repeat the invocation, and never reads the answer. */
export type Layer<Call extends AnyInvocation = Invocation> = <Answer>(
  invocation: Call,
  next: Next<Answer, Call>,
) => Promise<Answer>;

/** A layer that uses only what sessions and batches have in common. */
export type AnyLayer = <Answer, Call extends AnyInvocation>(
  invocation: Call,
  next: Next<Answer, Call>,
) => Promise<Answer>;

/** Makes one layer of several, the first one outermost. */
export function composeLayers<Call extends AnyInvocation = Invocation>(layers: readonly Layer<Call>[]): Layer<Call> {
  return layers.reduceRight<Layer<Call>>(
    (inner, outer) => (invocation, next) => outer(invocation, (passed) => inner(passed, next)),
    (invocation, next) => next(invocation),
  );
}
