import type { Session } from '@aws-sdk/client-emr';
import type { NativeSession } from '../_aws/session-service.ts';

/** What only EMR on EC2 shows of a session, in `details.native`. */
export interface EmrEc2SessionNative {
  readonly monitoring: NonNullable<Session['MonitoringConfiguration']>;
}

/** Reads a session in an answer of GetSession or ListSessions, which show the same. */
export function fromSession(session: Session): NativeSession {
  const { Id: id, State: state, Tags: tags = [], MonitoringConfiguration: monitoring } = session;
  const native: EmrEc2SessionNative | undefined = monitoring && { monitoring };
  return {
    id,
    state,
    // An empty reason says nothing.
    reason: session.StateChangeReason || undefined,
    tag: session.Name,
    createdAt: session.CreatedAt,
    startedAt: session.StartedAt,
    endedAt: session.EndedAt,
    idleSince: session.IdleSince,
    idleTimeoutMinutes: session.SessionIdleTimeoutInMinutes,
    engineVersion: session.ReleaseLabel,
    labels: Object.fromEntries(tags.map(({ Key: key = '', Value: value = '' }) => [key, value])),
    native,
  };
}
