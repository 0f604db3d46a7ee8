import type { Session, SessionSummary } from '@aws-sdk/client-emr-serverless';
import type { SessionUsage } from '../../src/contract/usage.ts';
import { omitUndefined } from '../../src/provider-kit/omit-undefined.ts';
import type { NativeSession } from '../_aws/session-service.ts';

/** Reads an answer of GetSession. */
export function fromSession(session: Session): NativeSession {
  const { startedAt, endedAt, idleSince, idleTimeoutMinutes, tags: labels = {} } = session;
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

/**
 * The billed usage, which is rounded and has minimums; else the used resources. The API model does not say whether the service
 * fills either one before the session has ended.
 */
function toUsage(session: Session): SessionUsage | undefined {
  const { billedResourceUtilization: billed, totalResourceUtilization: total } = session;
  const { totalExecutionDurationSeconds: seconds } = session;
  const duration = seconds === undefined ? {} : { executionMs: Math.round(seconds * 1000) };
  if (billed !== undefined)
    return { basis: 'billed', source: 'GetSession billedResourceUtilization', ...amounts(billed), ...duration };
  if (total !== undefined)
    return { basis: 'reported', source: 'GetSession totalResourceUtilization', ...amounts(total), ...duration };
  if (seconds === undefined) return undefined;
  return { basis: 'reported', source: 'GetSession totalExecutionDurationSeconds', ...duration };
}

function amounts({ vCPUHour, memoryGBHour, storageGBHour }: NonNullable<Session['billedResourceUtilization']>) {
  return omitUndefined<Partial<SessionUsage>>({
    vcpuHours: vCPUHour,
    memoryGbHours: memoryGBHour,
    storageGbHours: storageGBHour,
  });
}
