import type { Capabilities } from '../contract/capabilities.ts';
import type { Clock } from '../contract/ports.ts';
import type { SessionProvider } from '../contract/session-provider.ts';
import type { Session } from '../session/session.ts';
import type { Sessions } from '../session/sessions.ts';
import type { Evidence } from './evidence.ts';
import type { SessionFigures } from './figures.ts';
import type { Area } from './points/point.ts';

/** When a case runs: before a session is started, from its start until it is ready, in it, and at its end. */
export type CasePhase = 'before' | 'start' | 'ready' | 'end';

/** One rule of CONTRACT.md that a real service can show with one small session. */
export interface VerifyCase {
  readonly rule: string;
  readonly title: string;
  readonly area: Area;
  readonly phase: CasePhase;
  /** It runs with `--long` only. */
  readonly isLong?: boolean;
  /** Returns what the provider lacks for the case to apply. */
  readonly lacks?: (capabilities: Capabilities) => string | undefined;
  /** @returns what was seen. @throws CaseFailed, NotRun, or the SessionError of a call. */
  readonly run: (trial: CaseTrial) => Promise<string>;
}

/** The service does not keep the rule. */
export class CaseFailed extends Error {
  override readonly name = 'CaseFailed';
}

/** The case could not be brought about. */
export class NotRun extends Error {
  override readonly name = 'NotRun';
}

/** What the cases work with. */
export interface CaseTrial {
  readonly sessions: Sessions;
  /** The provider with its layers. */
  readonly provider: SessionProvider;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** An id that no session has. */
  readonly unknownId: string | undefined;
  /** The owner of the sessions, and the idle timeout that each start asks for. */
  readonly owner: string;
  readonly idleTimeoutMs: number;
  /** What the probes have seen before. */
  readonly evidence: Evidence;
  /** Starts the session of this trial. */
  readonly start: () => Promise<Session>;
  /** The session, once it is ready. @throws NotRun */
  readonly session: Session;
  /** The session from its start on; `undefined` before. */
  readonly startedSession: Session | undefined;
  /** Filled by the cases that measure. */
  readonly figures: { -readonly [Name in keyof SessionFigures]: SessionFigures[Name] };
  /** How many calls the service has got so far. */
  readonly callCount: () => number;
}

/** Asserts what a rule requires. @throws CaseFailed */
export function expectThat(condition: boolean, message: string): asserts condition {
  if (!condition) throw new CaseFailed(message);
}
