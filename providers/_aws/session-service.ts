import type { CalculationRunner } from '../../src/contract/calculation-runner.ts';
import type { Capabilities } from '../../src/contract/capabilities.ts';
import type { Observation } from '../../src/contract/observation.ts';
import type { SessionUsage } from '../../src/contract/usage.ts';
import type { SessionError } from '../../src/contract/session-error.ts';
import type { SessionHandle } from '../../src/contract/session-handle.ts';
import type { Cursor, ListFilter, SessionProvider } from '../../src/contract/session-provider.ts';
import type { StartRequest } from '../../src/contract/start-request.ts';
import type { CallRunner, FailedCall, ServiceCall } from '../../src/provider-kit/call-runner.ts';
import type { ServiceTime } from '../../src/provider-kit/service-time.ts';
import type { StateFacts } from '../../src/provider-kit/states.ts';
import type { ProxyAddress } from './proxy-endpoint.ts';

/** A session as one answer shows it, under the same names for every service; members are absent where the answer has none. */
export interface NativeSession {
  readonly id?: string | undefined;
  readonly state: string | undefined;
  readonly reason?: string | undefined;
  /** The text that holds name and ownership. */
  readonly tag?: string | undefined;
  readonly creator?: string | undefined;
  readonly createdAt?: Date | undefined;
  readonly startedAt?: Date | undefined;
  readonly endedAt?: Date | undefined;
  readonly idleSince?: Date | undefined;
  readonly idleTimeoutMinutes?: number | undefined;
  readonly engineVersion?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly usage?: SessionUsage | undefined;
  /** What only this service has. */
  readonly native?: unknown;
}

/** One page of a list. */
export interface NativePage {
  readonly sessions: readonly NativeSession[];
  readonly next?: Cursor | undefined;
}

/**
 * The session API of one AWS service, from which an `AwsSessionProvider` is made. Each method makes its calls and returns
 * the answer; the provider does what is the same for every service.
 */
export interface SessionService {
  readonly id: string;
  /** The service's name in messages. */
  readonly name: string;
  readonly scope: string;
  readonly capabilities: Capabilities;
  /** The service's clock. */
  readonly time: ServiceTime;
  /** The ids that the service's model allows. */
  readonly sessionId: { readonly pattern: RegExp; readonly words: string };
  /** The native states that a session has from its creation on. */
  readonly firstStates: readonly string[];
  /** The native state between the request to end a session and its end. */
  readonly endingState: string;
  /** How long a link to a dashboard works, milliseconds; absent where `capabilities.dashboard` is false. */
  readonly dashboardLifetimeMs?: number;
  toSessionError(thrown: unknown, failed: FailedCall): SessionError;
  /** What the state of a session means; `undefined` for an unknown state. */
  stateFacts(session: NativeSession): StateFacts | undefined;
  /** Does what has to precede a start, and returns the function that starts the session. Its answer may have no state. */
  prepareStart(request: StartRequest, call: ServiceCall): Promise<() => Promise<NativeSession>>;
  /** Sends a start alone, for `anysession verify`; absent where a start reads nothing else. */
  startAlone?(request: StartRequest, call: ServiceCall): Promise<NativeSession>;
  get(handle: SessionHandle, call: ServiceCall): Promise<NativeSession | undefined>;
  list(filter: ListFilter, cursor: Cursor | undefined, call: ServiceCall): Promise<NativePage>;
  /** The ids in the list of the sessions that were terminated, for `anysession verify`; absent where it is the list of all. */
  listEnded?(call: ServiceCall): Promise<readonly string[]>;
  /** Terminates a session; returns its state, if the answer has one. */
  terminate(id: string, call: ServiceCall): Promise<string | undefined>;
  endpoint(id: string, call: ServiceCall): Promise<ProxyAddress>;
  /** Present exactly when `capabilities.dashboard`. */
  dashboardUrl?(handle: SessionHandle, call: ServiceCall): Promise<string | undefined>;
  /** Completes an observation of `describe` where GetSession alone cannot tell the state. */
  resolveState?(seen: Observation, call: ServiceCall): Promise<Observation>;
  /** Whether a listed session is ready as soon as it has an endpoint, which its state does not tell. */
  readyWithEndpoint?(listed: Observation): boolean;
  /** Why a start was refused, if the service can be asked for more than its answer says. */
  explainStartRefusal?(call: ServiceCall): Promise<SessionError | undefined>;
  /** Why a session has no endpoint, if its state does not explain it. */
  explainMissingEndpoint?(seen: Observation, refused: SessionError): SessionError | undefined;
  /** Present exactly when `capabilities.calculations`. */
  calculations?(provider: Pick<SessionProvider, 'describe'>, runner: CallRunner): CalculationRunner;
  close(): void;
}
