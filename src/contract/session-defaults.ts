import type { SessionSize } from './start-request.ts';

/** The portable options of a session: what an environment may set for all its sessions, and a start for its own. */
export interface SessionDefaults {
  /** How long the session may be idle before its service ends it, milliseconds, 1 or more; the provider's default otherwise. Always set in the cloud. */
  readonly idleTimeoutMs?: number | undefined;
  /** How long the session may live at all, milliseconds, 1 or more. */
  readonly maxLifetimeMs?: number | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly size?: SessionSize | undefined;
  /** Spark properties, for engines that are Spark. */
  readonly sparkConf?: Readonly<Record<string, string>> | undefined;
}
