import type { Capabilities } from '../contract/capabilities.ts';
import type { Clock } from '../contract/ports.ts';
import type { SessionProvider } from '../contract/session-provider.ts';
import type { ProviderOperation } from '../contract/operations.ts';
import type { StartRequest } from '../contract/start-request.ts';
import type { CodeSamples } from './code-samples.ts';
import type { SqlSamples } from './sql-samples.ts';

/** Something that a subject's service can be made to do. */
export type InjectedFault =
  /** The next request of the operation is refused, fails or is held back, and has no effect. */
  | { readonly kind: 'forbidden' | 'throttled' | 'unavailable'; readonly operation: ProviderOperation }
  /** The next request of the operation never gets an answer; whether it has an effect is the service's business. */
  | { readonly kind: 'no-answer'; readonly operation: ProviderOperation }
  /** The next request of the operation has its effect, and its caller sees a connection that broke. */
  | { readonly kind: 'lost-answer'; readonly operation: ProviderOperation }
  /** The next session that is started breaks instead of becoming ready. */
  | { readonly kind: 'broken-start' }
  /** The next block of code that is started fails, with a reason. */
  | { readonly kind: 'broken-calculation' }
  /** The session shows a state that no release knows, or is unhealthy and still held. */
  | { readonly kind: 'unknown-state' | 'degraded'; readonly sessionId: string }
  /** The session has work from elsewhere, or has it no longer. */
  | { readonly kind: 'busy' | 'idle'; readonly sessionId: string };

/** The name of a fault. */
export type FaultKind = InjectedFault['kind'];

/** What decides which cases apply to a subject: data, known before anything runs. */
export interface SubjectFacts {
  readonly name: string;
  readonly capabilities: Capabilities;
  /** Which faults its service can be made to have; a live cloud has none. */
  readonly faults: readonly FaultKind[];
  /** Whether the provider stands behind the layers of the core, which retry and check capabilities. */
  readonly layered: boolean;
}

/** Something to check: a provider with a service behind it that can be asked and made to fail. */
export interface ConformanceSubject extends SubjectFacts {
  /** Statements for `capabilities.sql`, in the provider's dialect. */
  readonly sql?: SqlSamples;
  /** Blocks of code for `capabilities.calculations`. */
  readonly code?: CodeSamples;
  /** How much real time anything may take that needs no time of the subject's clock, milliseconds; 1000 by default. */
  readonly patienceMs?: number;
  /** How much real time one case may take, milliseconds; 20 000 by default. */
  readonly caseLimitMs?: number;
  /** Opens a fresh service with nothing in it. Called once a case. */
  open(): Promise<ConformanceFixture>;
}

/** A value, or the promise of one. */
export type Eventually<T> = T | Promise<T>;

/** One fresh service, for one case. */
export interface ConformanceFixture {
  /** Makes a provider over the fixture's service; called again, it makes another one over the same service. */
  createProvider(): SessionProvider;
  readonly time: FixtureTime;
  readonly oracle: ConformanceOracle;
  /** A well-formed id that no session has. */
  readonly unknownSessionId: string;
  /** What every start of this service needs besides, such as native options. */
  readonly startOptions?: Partial<StartRequest>;
  /** Present where `faults` is not empty. */
  inject?(fault: InjectedFault): Eventually<void>;
  /** Ends whatever is left and lets go of everything. */
  dispose(): Promise<void>;
}

/** The time of a fixture: the kit never waits by itself. */
export interface FixtureTime {
  /** The clock that the provider has, too. */
  readonly clock: Clock;
  /** Lets that much of the clock's time go by. */
  pass(ms: number): Promise<void>;
  /** Lets time go by as far as the promise needs it, and gives its outcome. */
  settle<T>(promise: Promise<T>): Promise<T>;
  /** For how long a change of state is waited for, milliseconds of the clock; 10 minutes by default. */
  readonly limitMs?: number;
}

/**
 * What really happened, told by the service itself or by whoever counts at its door: never by the provider under test.
 */
export interface ConformanceOracle {
  /** How many requests have arrived, of one operation or of all. */
  requestCount(operation?: ProviderOperation): Eventually<number>;
  /** The ids of all sessions that were ever started. */
  started(): Eventually<readonly string[]>;
  /** The ids of the sessions that still hold something. */
  live(): Eventually<readonly string[]>;
  /** The idle timeout that is in force for a session, milliseconds. */
  idleTimeoutMs(sessionId: string): Eventually<number>;
  /** How many statements the engine is working on; 0 where there is no engine. */
  runningStatements(): Eventually<number>;
  /** The ids of all blocks of code that were ever run; needed for `capabilities.calculations`. */
  calculations?(): Eventually<readonly string[]>;
}
