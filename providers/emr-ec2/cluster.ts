import type { Cluster } from '@aws-sdk/client-emr';
import { SessionError } from '../../src/contract/session-error.ts';
import { MAX_SESSIONS } from './capabilities.ts';

/** The first release with sessions. @see https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-spark-connect-sessions.html (read 2026-11-30) */
const FIRST_RELEASE = 'emr-spark-8.0.0';
const FIRST_MAJOR = 8;

/** Why a cluster accepts no sessions; `undefined` when nothing in its description speaks against them. */
export function whyNoSessions(cluster: Cluster): SessionError | undefined {
  const { Id: id = '', ReleaseLabel: release = '', Applications: applications, SessionEnabled: isEnabled } = cluster;
  const ended = endOf(cluster);
  if (ended !== undefined) return conflict(`${ended}; set another \`clusterId\``);
  if (isTooOld(release)) {
    return refusal(
      `cluster ${id} runs ${release}, but sessions need ${FIRST_RELEASE} or later; set another \`clusterId\``,
    );
  }
  if (applications !== undefined && !applications.some(({ Name: name = '' }) => name.toLowerCase() === 'spark')) {
    return refusal(`cluster ${id} has no Spark; set a \`clusterId\` whose applications include Spark`);
  }
  if (isEnabled !== true) {
    return refusal(
      `sessions are not enabled for cluster ${id}; create one with SessionEnabled (\`--session-enabled\`)`,
    );
  }
  const { State: state = '' } = cluster.Status ?? {};
  if (state === 'RUNNING' || state === 'WAITING') return undefined;
  return conflict(`cluster ${id} is ${state}; try again when it is WAITING or RUNNING`);
}

/** The error of a start on a cluster with as many sessions as EMR allows. */
export function fullError(id: string): SessionError {
  const message = `cluster ${id} has its ${MAX_SESSIONS} sessions: terminate sessions, or set another \`clusterId\``;
  return new SessionError('quota-exceeded', message, { operation: 'start', provider: 'emr-ec2' });
}

/** How a cluster ends or has ended, and why; `undefined` when it lives. Its sessions end with it. */
export function endOf({ Id: id = '', Status: status = {} }: Cluster): string | undefined {
  const { State: state = '', StateChangeReason: { Code: code, Message: message } = {} } = status;
  if (!state.startsWith('TERMINAT')) return undefined;
  const reason = [code, message].filter((part) => part !== undefined && part !== '').join(': ');
  return `cluster ${id} is ${state}${reason === '' ? '' : ` (${reason})`}`;
}

/** Releases of the line `emr-` before 8 have no sessions. A label that is not an EMR release is left to the service. */
function isTooOld(release: string): boolean {
  const [, major] = /^emr-(?:spark-)?(\d+)\./.exec(release) ?? [];
  return major !== undefined && Number(major) < FIRST_MAJOR;
}

function refusal(message: string): SessionError {
  return new SessionError('invalid-request', message, { operation: 'start', provider: 'emr-ec2' });
}

function conflict(message: string): SessionError {
  return new SessionError('conflict', message, { operation: 'start', provider: 'emr-ec2' });
}
