import type { Capabilities } from '../contract/capabilities.ts';
import type { Clock } from '../contract/ports.ts';
import type { SessionProvider } from '../contract/session-provider.ts';
import type { ProviderOperation } from '../contract/operations.ts';
import type { StartRequest } from '../contract/start-request.ts';
import type { CodeSamples, SqlSamples } from './samples.ts';

/** A value, or the promise of one. */
export type Eventually<T> = T | Promise<T>;

/** The facts that decide which cases apply to a subject: data that is known before anything runs. */
export interface KitFacts<CapabilitiesOfKind, FaultKindOfKind> {
  readonly name: string;
  readonly capabilities: CapabilitiesOfKind;
  /** The faults that its service can show on demand; a live cloud has none. */
  readonly faults: readonly FaultKindOfKind[];
  /** Whether the provider is behind the layers of the core, which retry and check capabilities. */
  readonly layered: boolean;
}

/** How the kit runs the cases of a subject. */
export interface KitSubject<Fixture> {
  readonly name: string;
  readonly layered: boolean;
  /** The real time that a step may take which needs no time of the subject's clock, milliseconds; 1000 by default. */
  readonly patienceMs?: number;
  /** The real time that one case may take, milliseconds; 20 000 by default. */
  readonly caseLimitMs?: number;
  /** Opens a fresh, empty service. Called once per case. */
  open(): Promise<Fixture>;
}

/** One fresh service, for one case. */
export interface KitFixture<Provider, Oracle, Fault> {
  /** Creates a provider over the fixture's service; each call creates another provider over the same service. */
  createProvider(): Provider;
  readonly time: FixtureTime;
  readonly oracle: Oracle;
  /** Present where `faults` is not empty. */
  inject?(fault: Fault): Eventually<void>;
  /** Ends what is left and releases everything. */
  dispose(): Promise<void>;
}

/** The time of a fixture: the kit itself never waits. */
export interface FixtureTime {
  /** The clock that the provider uses too. */
  readonly clock: Clock;
  /** Lets that much of the clock's time pass. */
  pass(ms: number): Promise<void>;
  /** Lets as much time pass as the promise needs, and returns its outcome. */
  settle<T>(promise: Promise<T>): Promise<T>;
  /** How long the kit waits for a change of state, milliseconds of the clock; 10 minutes by default, an hour for batches. */
  readonly limitMs?: number;
}

/** A fault that a subject's service shows on demand. */
export type InjectedFault =
  /** The next request of the operation is refused, fails or is delayed, and has no effect. */
  | { readonly kind: 'forbidden' | 'throttled' | 'unavailable'; readonly operation: ProviderOperation }
  /** The next request of the operation gets no answer; the service decides whether it has an effect. */
  | { readonly kind: 'no-answer'; readonly operation: ProviderOperation }
  /** The next request of the operation has its effect, and the connection breaks before the answer. */
  | { readonly kind: 'lost-answer'; readonly operation: ProviderOperation }
  /** The next session that is started fails instead of becoming ready. */
  | { readonly kind: 'broken-start' }
  /** The next code block that is started fails, with a reason. */
  | { readonly kind: 'broken-calculation' }
  /** The session shows a state that no release knows, or is unhealthy and still held. */
  | { readonly kind: 'unknown-state' | 'degraded'; readonly sessionId: string }
  /** The session starts or ends work that another client gave it. */
  | { readonly kind: 'busy' | 'idle'; readonly sessionId: string };

/** The name of a fault. */
export type FaultKind = InjectedFault['kind'];

/** The facts that decide which cases apply to a provider of sessions. */
export type SubjectFacts = KitFacts<Capabilities, FaultKind>;

/** What the kit checks: a provider, and a service behind it that reports what really happened and fails on demand. */
export interface ConformanceSubject extends SubjectFacts, KitSubject<ConformanceFixture> {
  /** Statements in the provider's dialect; needed for `capabilities.sql`. */
  readonly sql?: SqlSamples;
  /** Code blocks; needed for `capabilities.calculations`. */
  readonly code?: CodeSamples;
}

/** One fresh service of sessions, for one case. */
export interface ConformanceFixture extends KitFixture<SessionProvider, ConformanceOracle, InjectedFault> {
  /** A well-formed id that no session has. */
  readonly unknownSessionId: string;
  /** What every start of this service needs too, such as native options. */
  readonly startOptions?: Partial<StartRequest>;
}

/** What really happened, reported by the service itself or by a counter in front of it: never by the provider under test. */
export interface ConformanceOracle {
  /** How many requests have arrived, of one operation or of all. */
  requestCount(operation?: ProviderOperation): Eventually<number>;
  /** The ids of all sessions that were ever started. */
  started(): Eventually<readonly string[]>;
  /** The ids of the sessions that still hold something. */
  live(): Eventually<readonly string[]>;
  /** The idle timeout in force for a session, milliseconds. */
  idleTimeoutMs(sessionId: string): Eventually<number>;
  /** How many statements the engine is working on; 0 where there is no engine. */
  runningStatements(): Eventually<number>;
  /** The ids of all code blocks that ever ran; needed for `capabilities.calculations`. */
  calculations?(): Eventually<readonly string[]>;
}
