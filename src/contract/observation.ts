import type { Ownership } from './ownership.ts';
import type { SessionHandle } from './session-handle.ts';
import type { SessionState } from './session-state.ts';
import type { SessionUsage } from './usage.ts';

/** Who says that a session is busy: its service, or this process because it has work in flight. */
export type BusySource = 'service' | 'local';

/** One earlier state of a session, as its service tells it. */
export interface StateHistoryEntry {
  readonly nativeState: string;
  /** When that state was entered, epoch milliseconds. */
  readonly sinceMs: number;
  readonly reason?: string;
}

/** What a service tells of a session besides its state; a member is absent where the service does not tell it. */
export interface SessionDetails {
  readonly name?: string;
  readonly creator?: string;
  readonly createdAtMs?: number;
  readonly startedAtMs?: number;
  readonly endedAtMs?: number;
  /** Since when nothing runs, epoch milliseconds. */
  readonly idleSinceMs?: number;
  readonly idleTimeoutMs?: number;
  readonly maxLifetimeMs?: number;
  readonly labels?: Readonly<Record<string, string>>;
  /** The engine and its version in the service's spelling. */
  readonly engineVersion?: string;
  readonly history?: readonly StateHistoryEntry[];
  readonly usage?: SessionUsage;
  /** Written by anysession at start; absent on sessions that somebody else started. */
  readonly ownership?: Ownership;
  /** The page of the cloud's console about the session, where its address is known. */
  readonly consoleUrl?: string;
  /** What only this service tells, in the provider's own exported type. */
  readonly native?: unknown;
}

/** The native state of a session that its service does not know, in the answer to `terminate` (C-031). */
export const UNKNOWN_SESSION = 'NOT_FOUND';

/** What a provider saw of one session in one answer of its service. Providers keep no state between observations. */
export interface Observation {
  readonly handle: SessionHandle;
  /** The state in the service's own word. */
  readonly nativeState: string;
  /** The normalized state; `undefined` when the native state is in no table, which means "no news" (C-014). */
  readonly state: SessionState | undefined;
  /** Whether the session takes work now. */
  readonly acceptsWork: boolean;
  /** Whether nothing is held or billed any more. */
  readonly final: boolean;
  /** When the service was asked, epoch milliseconds. */
  readonly observedAtMs: number;
  /**
   * The time of the service's own clock when it answered, epoch milliseconds; absent where the answer does not have it. Ages of
   * sessions are counted from it: sweeping by lifetime leaves a session without it alone.
   */
  readonly serviceTimeMs?: number;
  /** When the state was entered, epoch milliseconds, where the service tells it. */
  readonly sinceMs?: number;
  readonly reason?: string;
  /** The kind of a failure, where the reason shows that a limit of the account and not the session is the cause. */
  readonly failureKind?: 'quota-exceeded';
  /** Present exactly when `state` is `busy`. */
  readonly busySource?: BusySource;
  /** A list shows the session as `creating`, but it is ready as soon as the provider's `endpoint` succeeds (C-041). */
  readonly readyWithEndpoint?: true;
  readonly details: SessionDetails;
}
