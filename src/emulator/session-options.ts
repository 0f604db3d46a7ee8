import type { ExpiredTokenCode } from './data-plane/gatekeeper.ts';
import type { RateLimit } from './rate-limiter.ts';

/** Options of every emulated service that has sessions. */
export interface SessionServiceOptions {
  /** How long TERMINATING lasts (default: a fifth of `startupMs`). */
  readonly terminatingMs?: number;
  /** How long ended sessions can be read. Undocumented (default: forever). */
  readonly retentionMs?: number;
  /** How far describing a session is behind the truth. Unmeasured (default 0). */
  readonly describeLagMs?: number;
  /** How far listing sessions is behind the truth. Unmeasured (default 0). */
  readonly listLagMs?: number;
  /**
   * When describing a session shows its usage: always, or only once it has ended. Undocumented for Athena and EMR Serverless
   * (default `always`). Google says "calculated when the workload completes" (Dataproc: default `ended`).
   */
  readonly usage?: 'always' | 'ended' | 'never';
  /** Rates per operation. AWS publishes none for sessions (default: none); Dataproc's two quotas have the published defaults. */
  readonly rates?: Readonly<Record<string, RateLimit>>;
}

/** Options of every emulated AWS service that has sessions. */
export interface AwsSessionOptions extends SessionServiceOptions {
  /** The idle timeout of sessions that name none, in minutes. */
  readonly idleTimeoutMinutes?: number;
  /** Ends every session after this time. */
  readonly maxLifetimeMs?: number;
  /** How long an idempotency token is remembered. Undocumented (default: forever). */
  readonly tokenLifetimeMs?: number;
  /** How long an endpoint token lasts. */
  readonly endpointTokenTtlMs?: number;
  /**
   * The gRPC status of a call with an expired endpoint token. Undocumented (default `PERMISSION_DENIED`, as one report has it;
   * another has `UNKNOWN`).
   */
  readonly expiredTokenCode?: ExpiredTokenCode;
}

/** Options with every default filled in; those named in `Optional` have no default. */
export type WithDefaults<Options, Optional extends keyof Options = never> = Required<Omit<Options, Optional>> &
  Pick<Options, Optional>;

/** The defaults that the services with sessions share. */
export function sessionDefaults(
  startupMs: number,
): WithDefaults<Pick<SessionServiceOptions, 'terminatingMs' | 'describeLagMs' | 'listLagMs' | 'usage' | 'rates'>> {
  return { terminatingMs: Math.floor(startupMs / 5), describeLagMs: 0, listLagMs: 0, usage: 'always', rates: {} };
}

/** Whether a session shows its usage now. */
export function showsUsage({ usage }: Required<Pick<SessionServiceOptions, 'usage'>>, live: boolean): boolean {
  return usage === 'always' || (usage === 'ended' && !live);
}
