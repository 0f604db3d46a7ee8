import type { Span } from '../../contract/ports.ts';
import type { CallContext, ListFilter, ProviderOperation, SessionProvider } from '../../contract/session-provider.ts';
import type { SessionHandle } from '../../contract/session-handle.ts';
import type { StartRequest } from '../../contract/start-request.ts';

/** One call of a provider on its way through the layers. */
export interface Invocation {
  readonly operation: ProviderOperation;
  readonly provider: SessionProvider;
  readonly handle?: SessionHandle;
  readonly request?: StartRequest;
  readonly filter?: ListFilter;
  readonly call: CallContext;
  readonly span: Span;
}

/** The rest of the way, down to the adapter. */
export type Next<Answer> = (invocation: Invocation) => Promise<Answer>;

/** One concern that all verbs share. It may refuse, change or repeat the invocation, and never looks at the answer's inside. */
export type Layer = <Answer>(invocation: Invocation, next: Next<Answer>) => Promise<Answer>;

/** Makes one layer of several, the first one outermost. */
export function composeLayers(layers: readonly Layer[]): Layer {
  return layers.reduceRight<Layer>(
    (inner, outer) => (invocation, next) => outer(invocation, (passed) => inner(passed, next)),
    (invocation, next) => next(invocation),
  );
}
