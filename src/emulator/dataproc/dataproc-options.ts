import type { RateLimit } from '../rate-limiter.ts';
import type { DataprocCreate } from './dataproc-session.ts';
import type { GoogleCode } from './google-errors.ts';

/** What a session template holds. @see https://cloud.google.com/dataproc-serverless/docs/reference/rest/v1/projects.locations.sessionTemplates (read 2026-11-20) */
export type SessionTemplate = Pick<
  DataprocCreate['session'],
  'labels' | 'runtimeConfig' | 'environmentConfig' | 'jupyterSession' | 'sparkConnectSession'
>;

/** The Dataproc emulator's options. Where the service's own behaviour is not documented, the option says so and the default is our choice. */
export interface DataprocOptions {
  /** The regions that exist; `us-central1`, `us-east1` and `europe-west3` unless said. */
  readonly regions?: readonly string[];
  /** How long ACTIVE is shown before the endpoint is there. Unmeasured; a fifth of `startupMs` unless said. */
  readonly endpointLagMs?: number;
  /** How long a session is still shown as ACTIVE after TerminateSession. Seen and unmeasured; a tenth of `startupMs` unless said. */
  readonly activeAfterTerminateMs?: number;
  /** How long TERMINATING lasts; a fifth of `startupMs` unless said. */
  readonly terminatingMs?: number;
  /** TerminateSession on an ended session. Undocumented; `FAILED_PRECONDITION` unless said. */
  readonly terminateEnded?: Extract<GoogleCode, 'FAILED_PRECONDITION' | 'NOT_FOUND'> | 'ok';
  /** A request id that was used with another request. The text says ignored; `ignored` unless said. */
  readonly requestIdClash?: 'ignored' | 'INVALID_ARGUMENT';
  /** How long ended sessions can be read. Undocumented; for ever unless said. */
  readonly retentionMs?: number;
  /** The largest page. Undocumented; 1000 unless said. */
  readonly maxPageSize?: number;
  /** The idle ttl of sessions that name none; one hour unless said. */
  readonly idleTtlMs?: number;
  /** The ttl of sessions that name none; 24 hours unless said. */
  readonly ttlMs?: number;
  /**
   * Session templates by their id, as Sessions in protobuf's JSON: what a session that names one gets where its request says nothing.
   * Whether the request or the template wins is not documented. While there are none, every name of a template is taken.
   */
  readonly templates?: Readonly<Record<string, SessionTemplate>>;
  /** Whether a call must carry `Authorization: Bearer …`; false unless said. */
  readonly requireBearer?: boolean;
  /** How far GetSession is behind the truth. Unmeasured; 0 unless said. */
  readonly describeLagMs?: number;
  /** How far ListSessions is behind the truth. Unmeasured; 0 unless said. */
  readonly listLagMs?: number;
  /** Rates of the two quotas: 200 creations and ends, 7,500 reads a minute unless said. */
  readonly rates?: Readonly<Record<string, RateLimit>>;
}

/** The options with every default filled in. */
export type DataprocConfig = Required<Omit<DataprocOptions, 'retentionMs'>> & Pick<DataprocOptions, 'retentionMs'>;

/**
 * Which quota an operation counts against.
 *
 * @see https://cloud.google.com/dataproc-serverless/quotas (read 2026-11-20)
 */
export function quotaOf(operation: string): string {
  return /^(Create|Terminate|Delete)Session$/.test(operation) ? 'SessionOperationRequests' : 'DefaultRequests';
}

const PER_MINUTE = (count: number): RateLimit => ({ perSecond: count / 60, burst: count });

/** The quotas of a region. */
export const DATAPROC_RATES: Readonly<Record<string, RateLimit>> = {
  SessionOperationRequests: PER_MINUTE(200),
  DefaultRequests: PER_MINUTE(7_500),
};

/** Fills in the defaults. */
export function toDataprocConfig(options: DataprocOptions, startupMs: number): DataprocConfig {
  return {
    regions: ['us-central1', 'us-east1', 'europe-west3'],
    endpointLagMs: Math.floor(startupMs / 5),
    activeAfterTerminateMs: Math.floor(startupMs / 10),
    terminatingMs: Math.floor(startupMs / 5),
    terminateEnded: 'FAILED_PRECONDITION',
    requestIdClash: 'ignored',
    maxPageSize: 1_000,
    idleTtlMs: 3_600_000,
    ttlMs: 24 * 3_600_000,
    templates: {},
    requireBearer: false,
    describeLagMs: 0,
    listLagMs: 0,
    ...options,
    rates: { ...DATAPROC_RATES, ...options.rates },
  };
}
