import type { Interval, Look } from './evidence.ts';
import type { Range } from './finding.ts';

/** What was seen of the sessions of `--long`. */
export class LongEvidence {
  /** The start of the session that was left idle. */
  started: Interval | undefined;
  /** The idle timeout that it asked for, and how long it was idle. */
  idle: { readonly askedMs: number; readonly tookMs: Range } | undefined;
  /** The session has ended between the first time and the second one. */
  ended: Interval | undefined;
  /** Whether the ended session could be described, and whether its repeated start returned it. */
  readonly records: Look<boolean>[] = [];
  readonly repeats: Look<boolean>[] = [];
  /** The gRPC statuses of calls with an expired endpoint token. */
  readonly expiredStatuses: string[] = [];
}
