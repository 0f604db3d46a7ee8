import type { Phase } from '../timeline.ts';
import type { DataprocState } from './dataproc-inputs.ts';
import type { DataprocSession } from './dataproc-session.ts';
import { toDuration, toTimestamp } from './google-json.ts';

/** The key of a Spark Connect session's endpoint. */
const SPARK_CONNECT_ENDPOINT = 'Spark Connect Server';
const JUPYTER_ENDPOINT = 'Jupyter';

/** What a live session uses: a driver and two executors of 4 cores, the service's default. */
const MILLI_DCU = 12_000;
/** Three of 400 GB, as in the example of the pricing page. @see https://cloud.google.com/dataproc-serverless/pricing (read 2026-11-30) */
const SHUFFLE_STORAGE_GB = 1_200;

const CREATOR = 'emulated@example.com';

/** `Session`, as a reader sees it who is `lagMs` behind. */
export function toSession(session: DataprocSession, lagMs: number): object {
  const { request, name, uuid, ttlMs, idleTtlMs } = session;
  const phases = session.history(lagMs);
  const current = phases.at(-1) ?? first(session);
  const { session: asked } = request;
  return {
    ...asked,
    name,
    uuid,
    createTime: toTimestamp(session.startedAtMs),
    runtimeInfo: {
      ...(session.hasEndpoint(lagMs) && session.live && { endpoints: endpointsOf(session) }),
      ...toUsage(session),
    },
    state: current.state,
    ...(current.reason !== undefined && { stateMessage: current.reason }),
    stateTime: toTimestamp(current.sinceMs),
    creator: CREATOR,
    user: asked.user ?? CREATOR,
    runtimeConfig: { version: '3.0', ...asked.runtimeConfig },
    environmentConfig: {
      ...asked.environmentConfig,
      executionConfig: {
        ...asked.environmentConfig?.executionConfig,
        idleTtl: toDuration(idleTtlMs),
        ttl: toDuration(ttlMs),
      },
    },
    stateHistory: phases.slice(0, -1).map(toHistoryEntry),
  };
}

/** Sessions are billed at the premium tier. Whether the other members of a snapshot include that tier is undocumented: here they do. */
function toUsage(session: DataprocSession): object {
  if (session.reportsUsage === 'nothing') return {};
  if (session.reportsUsage === 'snapshot') {
    const [milliDcu, shuffleStorageGb] = [String(MILLI_DCU), String(SHUFFLE_STORAGE_GB)];
    const premium = { milliDcuPremium: milliDcu, shuffleStorageGbPremium: shuffleStorageGb };
    return { currentUsage: { milliDcu, shuffleStorageGb, ...premium, snapshotTime: toTimestamp(session.nowMs) } };
  }
  const { billedSeconds } = session.truth();
  return {
    approximateUsage: {
      milliDcuSeconds: String(Math.floor(MILLI_DCU * billedSeconds)),
      shuffleStorageGbSeconds: String(Math.floor(SHUFFLE_STORAGE_GB * billedSeconds)),
    },
  };
}

function endpointsOf(session: DataprocSession): Readonly<Record<string, string>> {
  if (session.request.session.jupyterSession === undefined)
    return { [SPARK_CONNECT_ENDPOINT]: `sc://${session.bridge}` };
  const region = session.scope.split('/').at(-1) ?? '';
  return { [JUPYTER_ENDPOINT]: `https://${session.uuid}-dot-${region}.dataproc.googleusercontent.com/jupyter` };
}

function toHistoryEntry({ state, reason, sinceMs }: Phase<DataprocState>): object {
  return {
    state,
    ...(reason !== undefined && { stateMessage: reason }),
    stateStartTime: toTimestamp(sinceMs),
  };
}

/** A reader who is behind sees at least the first state of a new session: the answer to its creation is never late. */
function first(session: DataprocSession): Phase<DataprocState> {
  return { state: 'CREATING', reason: undefined, sinceMs: session.startedAtMs };
}
