import type { CallContext } from './call-context.ts';
import type { Observation } from './observation.ts';
import type { StartRequest } from './start-request.ts';

/** What one answer says about the endpoint of a session. */
export interface SeenEndpoint {
  /** Whether the answer has an address and a token; some services answer with empty texts before the session is ready. */
  readonly isThere: boolean;
  /** The names of the metadata that its clients send. */
  readonly keys?: readonly string[] | undefined;
  /** When its token expires, by the service's clock, epoch milliseconds. */
  readonly expiresAtMs?: number | undefined;
  /** When the service answered, by its own clock, epoch milliseconds. */
  readonly serviceTimeMs?: number | undefined;
}

/**
 * The calls that `anysession verify` makes to see how a service answers. Each sends what a provider sends and returns what one answer
 * says: nothing is repeated, completed or explained. A refusal is a SessionError with the service's own code in `native`.
 */
export interface ServiceProbe {
  /** Starts a session; returns its id. */
  start(request: StartRequest, call: CallContext): Promise<string>;
  /** The start alone, where `start` also reads which session has a name that is taken. */
  startAlone?(request: StartRequest, call: CallContext): Promise<string>;
  describe(id: string, call: CallContext): Promise<Observation>;
  /** All live sessions, as a provider lists them. */
  list(call: CallContext): Promise<readonly Observation[]>;
  /** The ids of all sessions that a list of ended sessions shows; absent where lists show them anyway. */
  listEnded?(call: CallContext): Promise<readonly string[]>;
  terminate(id: string, call: CallContext): Promise<void>;
  /** Absent where describing a session shows its endpoint. */
  endpoint?(id: string, call: CallContext): Promise<SeenEndpoint>;
  close(): void;
}
