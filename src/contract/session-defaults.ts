import type { SessionSize } from './start-request.ts';

/** The portable options of a session: what an environment may set for all its sessions, and a start for its own. */
export interface SessionDefaults {
  /** How long the session may be idle before its service ends it, milliseconds, 1 or more; the provider's default otherwise. Always set in the cloud. */
  readonly idleTimeoutMs?: number | undefined;
  /**
   * How long the session may live at all, milliseconds, 1 or more; the service's default otherwise, or 24 hours where it has none.
   * Services without a limit of their own (Athena) end nothing: there `sessions.sweep()` and `anysession sweep` do.
   */
  readonly maxLifetimeMs?: number | undefined;
  /**
   * What the session may cost, in the currency of the environment's `prices`; above 0. At 80 % it warns, then this process ends
   * the session. It needs `prices`, and works as long as this process holds the session.
   */
  readonly maxSpend?: number | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly size?: SessionSize | undefined;
  /** Spark properties, for engines that are Spark. */
  readonly sparkConf?: Readonly<Record<string, string>> | undefined;
  /**
   * How long a start waits for a free quota, milliseconds; 0 by default: a start that the service refuses for its quota fails at
   * once. Starts of one process and scope wait in one queue, first in, first out.
   */
  readonly queueTimeoutMs?: number | undefined;
}
