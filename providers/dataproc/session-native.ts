import type { NativeSession } from './client.ts';
import type { SessionType } from './options.ts';

/** The members of Dataproc's Session resource that have no portable detail, with the service's values. */
export interface DataprocSessionNative {
  readonly uuid: string;
  /** The identity of the session's work, if it is not the creator's. */
  readonly user: string;
  /** The full name of the session template; empty if there is none. */
  readonly template: string;
  readonly sessionType: SessionType;
  readonly jupyter: NativeSession['jupyterSession'];
  /** Addresses by kind: `Spark Connect Server`, a Jupyter server, web pages. */
  readonly endpoints: Readonly<Record<string, string>>;
  readonly outputUri: string;
  readonly diagnosticOutputUri: string;
  readonly approximateUsage: NonNullable<NativeSession['runtimeInfo']>['approximateUsage'];
  readonly currentUsage: NonNullable<NativeSession['runtimeInfo']>['currentUsage'];
  readonly runtimeConfig: NativeSession['runtimeConfig'];
  readonly environmentConfig: NativeSession['environmentConfig'];
}

/** The key of the endpoint that Spark Connect clients need. @see https://github.com/GoogleCloudDataproc/dataproc-spark-connect-python (client/core.py, read 2026-11-20) */
export const SPARK_CONNECT_ENDPOINT = 'Spark Connect Server';

/** Reads these members. */
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

/** Whether clients can connect once the session is ACTIVE: Spark Connect also needs its endpoint. */
export function isReachable({ sparkConnectSession, runtimeInfo }: NativeSession): boolean {
  return !sparkConnectSession || runtimeInfo?.endpoints?.[SPARK_CONNECT_ENDPOINT] !== undefined;
}
