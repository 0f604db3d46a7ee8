import type { GetSessionCommandOutput, MonitoringConfiguration, SessionSummary } from '@aws-sdk/client-athena';
import type { NativeSession } from '../_aws/session-service.ts';
import { toEngine } from './engine.ts';
import type { AthenaEngine } from './options.ts';

const HOUR_MS = 3_600_000;

/** The engine that an answer names for its session. */
export function engineOf(versionName: string | undefined): AthenaEngine | undefined {
  const engine = toEngine(versionName);
  return engine === 'sql' ? undefined : engine;
}

/** The members of Athena's GetSession that have no portable detail. */
export interface AthenaSessionNative {
  readonly monitoring: MonitoringConfiguration;
}

/** Reads an answer of GetSession. */
export function fromSession(session: GetSessionCommandOutput): NativeSession {
  const { MonitoringConfiguration: monitoring } = session;
  const native: AthenaSessionNative | undefined = monitoring && { monitoring };
  const dpuMs = session.Statistics?.DpuExecutionInMillis;
  return {
    ...fromStatus(session),
    engineVersion: session.EngineVersion,
    native,
    idleTimeoutMinutes: session.SessionConfiguration?.SessionIdleTimeoutInMinutes,
    usage:
      dpuMs === undefined
        ? undefined
        : { basis: 'reported', source: 'GetSession Statistics.DpuExecutionInMillis', dpuHours: dpuMs / HOUR_MS },
  };
}

/** Reads one entry of ListSessions. */
export function fromSummary(summary: SessionSummary): NativeSession {
  return { ...fromStatus(summary), engineVersion: summary.EngineVersion?.EffectiveEngineVersion };
}

function fromStatus({
  SessionId: id,
  Description: tag,
  Status: status,
}: Pick<SessionSummary, 'SessionId' | 'Description' | 'Status'>): NativeSession {
  return {
    id,
    tag,
    state: status?.State,
    reason: status?.StateChangeReason,
    createdAt: status?.StartDateTime,
    endedAt: status?.EndDateTime,
    idleSince: status?.IdleSinceDateTime,
  };
}
