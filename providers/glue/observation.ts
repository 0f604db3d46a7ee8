import type { Session } from '@aws-sdk/client-glue';
import type { SessionUsage } from '../../src/contract/usage.ts';
import { omitUndefined } from '../../src/provider-kit/omit-undefined.ts';
import type { NativeSession } from '../_aws/session-service.ts';

const HOUR_SECONDS = 3_600;

/** Reads a session of GetSession or ListSessions. Answers have no tags. */
export function fromSession(session: Session): NativeSession {
  return {
    id: session.Id,
    state: session.Status,
    reason: session.ErrorMessage || undefined,
    tag: session.Description,
    createdAt: session.CreatedOn,
    endedAt: session.CompletedOn,
    idleTimeoutMinutes: session.IdleTimeout,
    engineVersion: session.GlueVersion && `Glue ${session.GlueVersion}`,
    usage: toUsage(session),
  };
}

/** The model does not say whether the service fills either member before the session has ended. */
function toUsage({ DPUSeconds: dpuSeconds, ExecutionTime: seconds }: Session): SessionUsage | undefined {
  if (dpuSeconds === undefined && seconds === undefined) return undefined;
  return omitUndefined<SessionUsage>({
    basis: 'reported',
    source: 'GetSession DPUSeconds',
    dpuHours: dpuSeconds === undefined ? undefined : dpuSeconds / HOUR_SECONDS,
    executionMs: seconds === undefined ? undefined : Math.round(seconds * 1_000),
  });
}
