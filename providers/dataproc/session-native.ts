import type { NativeSession } from './client.ts';
import type { SessionType } from './options.ts';

/** What only Dataproc tells of a session: the members of its Session resource that no portable detail holds, as the service words them. */
export interface DataprocSessionNative {
  readonly uuid: string;
  /** Whose identity the session's work has, where that is not the creator's. */
  readonly user: string;
  /** The full name of the session template; empty where there is none. */
  readonly template: string;
  readonly sessionType: SessionType;
  readonly jupyter: NativeSession['jupyterSession'];
  /** Where the session is reached, by what is there: `Spark Connect Server`, a Jupyter server, web pages. */
  readonly endpoints: Readonly<Record<string, string>>;
  readonly outputUri: string;
  readonly diagnosticOutputUri: string;
  readonly approximateUsage: NonNullable<NativeSession['runtimeInfo']>['approximateUsage'];
  readonly currentUsage: NonNullable<NativeSession['runtimeInfo']>['currentUsage'];
  readonly runtimeConfig: NativeSession['runtimeConfig'];
  readonly environmentConfig: NativeSession['environmentConfig'];
}

/** The key of the endpoint that Spark Connect clients need. @see https://github.com/GoogleCloudDataproc/dataproc-spark-connect-python (client/core.py, read 2026-11-20) */
const SPARK_CONNECT_ENDPOINT = 'Spark Connect Server';

/** Picks them out. */
export function toSessionNative(session: NativeSession): DataprocSessionNative {
  const { runtimeInfo } = session;
  return {
    uuid: session.uuid ?? '',
    user: session.user ?? '',
    template: session.sessionTemplate ?? '',
    sessionType: session.jupyterSession ? 'jupyter' : 'spark-connect',
    jupyter: session.jupyterSession,
    endpoints: runtimeInfo?.endpoints ?? {},
    outputUri: runtimeInfo?.outputUri ?? '',
    diagnosticOutputUri: runtimeInfo?.diagnosticOutputUri ?? '',
    approximateUsage: runtimeInfo?.approximateUsage,
    currentUsage: runtimeInfo?.currentUsage,
    runtimeConfig: session.runtimeConfig,
    environmentConfig: session.environmentConfig,
  };
}

/** Whether clients can connect once the session is ACTIVE: for Spark Connect its endpoint has to be there, too. */
export function isReachable({ sparkConnectSession, runtimeInfo }: NativeSession): boolean {
  return !sparkConnectSession || runtimeInfo?.endpoints?.[SPARK_CONNECT_ENDPOINT] !== undefined;
}
