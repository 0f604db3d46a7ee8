import type { BatchProvider } from './batch-provider.ts';
import type { CalculationRunner } from './calculation-runner.ts';
import type { CallContext } from './call-context.ts';
import type { CapabilityFlag } from './capabilities.ts';
import type { CallClass } from './ports.ts';
import type { Effect } from './session-error.ts';
import type { SessionProvider } from './session-provider.ts';
import type { StatementRunner } from './statement-runner.ts';

/** The methods of an interface whose last parameter is a {@link CallContext}: those that reach the service. */
export type Verb<Methods> = {
  [Name in keyof Methods]-?: NonNullable<Methods[Name]> extends (...args: infer Args) => unknown
    ? Args extends [...unknown[], CallContext]
      ? Name
      : never
    : never;
}[keyof Methods] &
  string;

/** The verbs of a session provider that reach its service. */
export type ProviderOperation = Verb<SessionProvider> | Verb<StatementRunner> | `${Verb<CalculationRunner>}Calculation`;

/** The verbs of a batch provider that reach its service; its `start` has other time limits than that of a session. */
export type BatchOperation = Exclude<Verb<BatchProvider>, 'start'> | 'startBatch';

/** The verbs of both kinds of providers. */
export type Operation = ProviderOperation | BatchOperation;

/** What everything around a provider needs to know about one verb. */
export interface OperationFacts {
  /** The rate budget that a call takes from; `false` for work that the service's call limits do not count. */
  readonly budget: CallClass | false;
  /** Whether the retry layer may repeat it. */
  readonly retried: boolean;
  /** How long a call may take with all its attempts unless its caller names an earlier deadline, milliseconds; `false` without a limit. */
  readonly timeoutMs: number | false;
  /** How long one request of an attempt may stay unanswered before the next attempt, milliseconds; `false` without a limit. */
  readonly attemptTimeoutMs: number | false;
  /** Whether an attempt that timed out keeps running beside the next one, so that the first answer counts. Needs a token. */
  readonly overlaps?: true;
  /** Whether it ends something that costs money: no pause and no queue delays it for long. */
  readonly ends?: true;
  /** Whether it changes something, so that after a lost answer the service may have acted. */
  readonly changes: boolean;
  /** The capability without which the verb does not exist. */
  readonly capability?: CapabilityFlag;
}

/** The time limit of one call with all its attempts, milliseconds. */
export const CALL_TIMEOUT_MS = 60_000;

/** The time limit of one request, milliseconds: several fit into a call, and no healthy service needs as long. */
export const ATTEMPT_TIMEOUT_MS = 12_000;

/** The time limit of the request that starts a batch, milliseconds: it carries up to a hundred runs, which the service checks. */
const BATCH_ATTEMPT_TIMEOUT_MS = 60_000;

/** A call that the retry layer may repeat, with the usual time limits. */
const CALL = { retried: true, timeoutMs: CALL_TIMEOUT_MS, attemptTimeoutMs: ATTEMPT_TIMEOUT_MS } as const;
/** Work without a time limit that nothing repeats. */
const WORK = { budget: false, retried: false, timeoutMs: false, attemptTimeoutMs: false } as const;

/**
 * Every verb of every provider interface; a verb without a row does not compile.
 * Reads change nothing, `start` carries a token, and ending what has ended succeeds: those can be repeated. `execute` cannot, because
 * nobody knows whether the statement ran; its signal lives as long as its result, and statements keep their own time. A run
 * list goes to a store with limits of its own: its upload takes as long as its size demands and repeats its parts, not itself.
 */
export const OPERATIONS: Readonly<Record<Operation, OperationFacts>> = Object.freeze({
  start: { ...CALL, budget: 'writes', changes: true, overlaps: true },
  describe: { ...CALL, budget: 'reads', changes: false },
  listPage: { ...CALL, budget: 'reads', changes: false },
  terminate: { ...CALL, budget: 'writes', changes: true, ends: true },
  // Both make the service issue a token.
  endpoint: { ...CALL, budget: 'writes', changes: false, capability: 'sparkConnect' },
  dashboard: { ...CALL, budget: 'writes', changes: false, capability: 'dashboard' },
  execute: { ...WORK, changes: true, capability: 'sql' },
  startCalculation: { ...CALL, budget: 'writes', changes: true, overlaps: true, capability: 'calculations' },
  describeCalculation: { ...CALL, budget: 'reads', changes: false, capability: 'calculations' },
  stopCalculation: { ...CALL, budget: 'writes', changes: true, ends: true, capability: 'calculations' },
  // The object store counts no calls of the service.
  readCalculation: { ...CALL, budget: false, changes: false, capability: 'calculations' },
  startBatch: {
    ...CALL,
    timeoutMs: 2 * BATCH_ATTEMPT_TIMEOUT_MS,
    attemptTimeoutMs: BATCH_ATTEMPT_TIMEOUT_MS,
    budget: 'writes',
    changes: true,
    overlaps: true,
  },
  stageRuns: { ...WORK, changes: false },
  readStagedRuns: { ...WORK, changes: false },
  unstageRuns: { ...CALL, budget: false, changes: false },
  runsPage: { ...CALL, budget: 'reads', changes: false },
  runStatesPage: { ...CALL, budget: 'reads', changes: false },
  describeRun: { ...CALL, budget: 'reads', changes: false },
  cancel: { ...CALL, budget: 'writes', changes: true, ends: true },
  deleteRuns: { ...CALL, budget: 'writes', changes: true },
  deleteRecord: { ...CALL, budget: 'writes', changes: true },
});

/** What a call may have done when its answer is lost; `none` for what is no verb of a provider. */
export function possibleEffect(operation: string): Effect {
  return Object.hasOwn(OPERATIONS, operation) && OPERATIONS[operation as Operation].changes ? 'unknown' : 'none';
}
