import type { Ownership } from './ownership.ts';

/** A portable size; what it means in machines is each provider's table, in its README. */
export const SESSION_SIZES = ['small', 'medium', 'large'] as const;

/** One of the portable sizes. */
export type SessionSize = (typeof SESSION_SIZES)[number];

/** What a provider is asked to start: complete, validated against its capabilities, nothing left to guess. */
export interface StartRequest extends Ownership {
  /** `token` names the start: 32..36 characters of `[a-z0-9-]`, first a letter; fits every cloud's idempotency field and Dataproc's session id. */
  readonly token: string;
  /** For people; 1..128 characters. */
  readonly name?: string;
  /** How long the session may be idle before its service ends it, milliseconds, within `capabilities.idleTimeoutMs`. */
  readonly idleTimeoutMs: number;
  /**
   * How long the session may live at all, milliseconds, within `capabilities.maxLifetimeMs`; the service ends it. Where the
   * capability is `false`, the service has no such limit: then only `lifetimeMs` counts.
   */
  readonly maxLifetimeMs?: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly size?: SessionSize;
  readonly sparkConf?: Readonly<Record<string, string>>;
  /** The provider's own start options, in its own type, passed through as they are. */
  readonly native?: unknown;
}
