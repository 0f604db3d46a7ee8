import type { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';

/** What a sweep did with a session. */
export type SweepOutcome = 'terminated' | 'would-terminate' | 'left' | 'failed';

/** Why, for programs; the sentence beside it is for people. The first two end a session, the others leave it. */
export type SweepCode =
  /** The process that held it on this host has died, and nothing keeps it. */
  | 'dead-holder'
  /** It has outlived its lifetime. */
  | 'expired'
  /** A process on this host holds it. */
  | 'living-holder'
  /** Its record is of another host, boot or container, or damaged: whether its holder lives cannot be known from here. */
  | 'doubtful-holder'
  /** It was detached and is kept. */
  | 'kept'
  /** Another owner started it, or something else than anysession. */
  | 'not-ours'
  /** It may live longer. */
  | 'within-lifetime'
  /** The service reports too little to know its age: no creation time, no time in its answers, or no lifetime on the session. */
  | 'unknown-age'
  /** The answer of its start was lost and no list shows it yet; or a lookup does not find it yet. */
  | 'not-seen-yet'
  /** Its start left a record, and no list shows a session. */
  | 'never-started'
  /** It has ended, or is ending. */
  | 'ended'
  /** Another sweep, or a start with its key, has taken it. */
  | 'taken';

/** One decision of a sweep about one session. */
export interface SweepDecision {
  readonly outcome: SweepOutcome;
  readonly code: SweepCode;
  /** The reason in one sentence. */
  readonly reason: string;
  /** Absent where only the record of a start is known. */
  readonly handle?: SessionHandle;
  readonly token?: string;
  readonly key?: string;
  readonly owner?: string;
  /** When the service created the session, or when its start was recorded; epoch milliseconds. */
  readonly createdAtMs?: number;
  readonly decidedAtMs: number;
  /** Why it could not be ended; present exactly when the outcome is `failed`. */
  readonly error?: SessionError;
}

/** What one sweep of a scope did. */
export interface SweepReport {
  readonly environment: string;
  readonly provider: string;
  readonly scope: string;
  /** Whether it only reports what it would do. */
  readonly dryRun: boolean;
  readonly decisions: readonly SweepDecision[];
  /** Why the sessions could not be listed: only records with a session id were swept. */
  readonly error?: SessionError;
}

/** The facts of a decision without its outcome. */
export type SweepReason = Pick<SweepDecision, 'code' | 'reason'>;
