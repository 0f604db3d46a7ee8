import type { Session, SessionSummary } from '@aws-sdk/client-emr-serverless';
import type { SessionUsage } from '../../src/contract/observation.ts';
import type { NativeSession } from '../_aws/session-service.ts';

/** Reads an answer of GetSession. */
export function fromSession(session: Session): NativeSession {
  const { startedAt, endedAt, idleSince, idleTimeoutMinutes, tags: labels } = session;
  return {
    ...fromSummary(session),
    startedAt,
    endedAt,
    idleSince,
    idleTimeoutMinutes,
    labels,
    usage: toUsage(session),
  };
}

/** Reads one entry of ListSessions. */
export function fromSummary(summary: SessionSummary | Session): NativeSession {
  const { sessionId: id, state, stateDetails: reason, name: tag, createdBy: creator, createdAt } = summary;
  return { id, state, reason, tag, creator, createdAt, engineVersion: summary.releaseLabel };
}

/** The billed usage. It is rounded and has minimums, so it can exceed what was used. */
function toUsage(session: Session): SessionUsage | undefined {
  const { billedResourceUtilization: billed, totalExecutionDurationSeconds: seconds } = session;
  const usage = {
    ...(billed?.vCPUHour !== undefined && { vcpuHours: billed.vCPUHour }),
    ...(billed?.memoryGBHour !== undefined && { memoryGbHours: billed.memoryGBHour }),
    ...(billed?.storageGBHour !== undefined && { storageGbHours: billed.storageGBHour }),
    ...(seconds !== undefined && { executionMs: Math.round(seconds * 1000) }),
  };
  return Object.keys(usage).length > 0
    ? { ...usage, source: 'GetSession billedResourceUtilization (billed)' }
    : undefined;
}
