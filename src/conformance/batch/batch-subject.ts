import type { BatchCapabilities, BatchProvider } from '../../contract/batch-provider.ts';
import type { BatchOperation } from '../../contract/operations.ts';
import type { RunDefaults } from '../../contract/batch-run.ts';
import type { Eventually, FixtureTime } from '../subject.ts';

/** Something that a service of run batches can be made to do. */
export type BatchFault =
  /** The next request of the operation has its effect, and its caller sees a connection that broke. */
  | { readonly kind: 'lost-answer'; readonly operation: BatchOperation }
  /** The batches show a state that no release knows. */
  | { readonly kind: 'unknown-state' };

/** What decides which cases apply to a subject: data, known before anything runs. */
export interface BatchFacts {
  readonly name: string;
  readonly capabilities: BatchCapabilities;
  /** Which faults its service can be made to have; a live cloud has none. */
  readonly faults: readonly BatchFault['kind'][];
  /** Ids of runs that its service refuses to submit, and that fail, each the first time; absent where that cannot be brought about. */
  readonly doomedRuns?: { readonly refused: string; readonly failing: string } | undefined;
  /** Whether the provider stands behind the layers of the core. */
  readonly layered: boolean;
}

/** A provider of run batches to check, with a service behind it that can be asked and made to fail. */
export interface BatchSubject extends BatchFacts {
  /** How much real time anything may take that needs no time of the subject's clock, milliseconds; 1000 by default. */
  readonly patienceMs?: number;
  /** How much real time one case may take, milliseconds; 20 000 by default. */
  readonly caseLimitMs?: number;
  /** Opens a fresh service with nothing in it. Called once a case. */
  open(): Promise<BatchFixture>;
}

/** One fresh service of run batches, for one case. */
export interface BatchFixture {
  /** Makes a provider over the fixture's service; called again, it makes another one over the same service. */
  createProvider(): BatchProvider;
  readonly time: FixtureTime;
  readonly oracle: BatchOracle;
  /** A well-formed id that no batch has. */
  readonly unknownBatchId: string;
  /** What the runs of the kit have in common. */
  readonly defaults: RunDefaults;
  /** Present where `faults` is not empty. */
  inject?(fault: BatchFault): Eventually<void>;
  /** Ends whatever is left and lets go of everything. */
  dispose(): Promise<void>;
}

/** What really happened, told by the service itself: never by the provider under test. */
export interface BatchOracle {
  /** How many requests of a verb have arrived, or of all. */
  requestCount(operation?: BatchOperation): Eventually<number>;
  /** The ids of all batches that were ever started. */
  started(): Eventually<readonly string[]>;
  /** How many runs of a batch still hold something. */
  liveRuns(batchId: string): Eventually<number>;
}
