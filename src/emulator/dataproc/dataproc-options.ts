import type { RpcCode } from '../grpc-status.ts';
import type { RateLimit } from '../rate-limiter.ts';
import { sessionDefaults, type SessionServiceOptions, type WithDefaults } from '../session-options.ts';
import type { DataprocCreate } from './dataproc-inputs.ts';

/** The content of a session template. @see https://cloud.google.com/dataproc-serverless/docs/reference/rest/v1/projects.locations.sessionTemplates (read 2026-11-20) */
export type SessionTemplate = Pick<
  DataprocCreate['session'],
  'labels' | 'runtimeConfig' | 'environmentConfig' | 'jupyterSession' | 'sparkConnectSession'
>;

/**
 * Options of the Dataproc emulator. Where the service's behaviour is not documented, the option says so and the default is our
 * choice. The default `rates` are 200 creations and ends and 7,500 reads per minute.
 */
export interface DataprocOptions extends SessionServiceOptions {
  /** The regions that exist (default: `us-central1`, `us-east1` and `europe-west3`). */
  readonly regions?: readonly string[];
  /** How long ACTIVE is shown before the endpoint exists. Unmeasured (default: a fifth of `startupMs`). */
  readonly endpointLagMs?: number;
  /** How long a session is still ACTIVE after TerminateSession. Observed and unmeasured (default: a tenth of `startupMs`). */
  readonly activeAfterTerminateMs?: number;
  /** TerminateSession on an ended session. Undocumented (default `FAILED_PRECONDITION`). */
  readonly terminateEnded?: Extract<RpcCode, 'FAILED_PRECONDITION' | 'NOT_FOUND'> | 'ok';
  /** A request id that was used with another request (default `ignored`, as documented). */
  readonly requestIdClash?: 'ignored' | 'INVALID_ARGUMENT';
  /** The largest page. Undocumented (default 1000). */
  readonly maxPageSize?: number;
  /** The idle ttl of sessions that name none (default: one hour). */
  readonly idleTtlMs?: number;
  /** The ttl of sessions that name none (default: 24 hours). */
  readonly ttlMs?: number;
  /**
   * Session templates by id, as Sessions in protobuf's JSON: values for what the request of a session with this template omits.
   * Whether the request or the template wins is not documented. Without any templates, every template name is accepted.
   */
  readonly templates?: Readonly<Record<string, SessionTemplate>>;
  /** Whether a call needs `Authorization: Bearer …`, also one for a WebSocket to a session (default false). */
  readonly requireBearer?: boolean;
  /** How long a bearer token is accepted after its first use (default: forever). An open WebSocket outlives its token. */
  readonly bearerLifetimeMs?: number;
}

export type DataprocConfig = WithDefaults<DataprocOptions, 'retentionMs' | 'bearerLifetimeMs'>;

/**
 * Which quota an operation counts against.
 *
 * @see https://cloud.google.com/dataproc-serverless/quotas (read 2026-11-20)
 */
export function quotaOf(operation: string): string {
  if (operation === 'OpenWebSocket') return operation;
  return /^(Create|Terminate|Delete)Session$/.test(operation) ? 'SessionOperationRequests' : 'DefaultRequests';
}

const PER_MINUTE = (count: number): RateLimit => ({ perSecond: count / 60, burst: count });

const DATAPROC_RATES: Readonly<Record<string, RateLimit>> = {
  SessionOperationRequests: PER_MINUTE(200),
  DefaultRequests: PER_MINUTE(7_500),
};

export function toDataprocConfig(options: DataprocOptions, startupMs: number): DataprocConfig {
  return {
    ...sessionDefaults(startupMs),
    usage: 'ended',
    regions: ['us-central1', 'us-east1', 'europe-west3'],
    endpointLagMs: Math.floor(startupMs / 5),
    activeAfterTerminateMs: Math.floor(startupMs / 10),
    terminateEnded: 'FAILED_PRECONDITION',
    requestIdClash: 'ignored',
    maxPageSize: 1_000,
    idleTtlMs: 3_600_000,
    ttlMs: 24 * 3_600_000,
    templates: {},
    requireBearer: false,
    ...options,
    rates: { ...DATAPROC_RATES, ...options.rates },
  };
}
