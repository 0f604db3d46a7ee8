import { restError } from '../aws/aws-errors.ts';
import { epochSeconds } from '../aws/aws-protocols.ts';
import type { Handlers } from '../service.ts';
import { showsUsage } from '../session-options.ts';
import type { EmrAccount } from './emr-account.ts';
import { toSession, toSummary } from './emr-answers.ts';
import type { SESSION_INPUTS } from './emr-inputs.ts';

/** The length of an endpoint token in bytes; in base64 it is longer than the 2594 characters that were observed. */
const TOKEN_BYTES = 1950;

export function sessionHandlers(account: EmrAccount): Handlers<typeof SESSION_INPUTS> {
  const { config, world } = account;
  const createdBy = `arn:aws:iam::${world.accountId}:user/emulated`;
  return {
    StartSession(request, call) {
      const { applicationId } = request;
      const start = () => {
        const session = account.start(request);
        return [session, { applicationId, sessionId: session.id, arn: session.arn }] as const;
      };
      return account.startOnce(call, request, start, applicationId);
    },
    GetSession({ applicationId, sessionId }, call) {
      const { session, phase } = account.seenIn(call, applicationId, sessionId);
      const hasUsage = showsUsage(config, session.live);
      return { session: toSession(session, phase, { createdBy, hasUsage, tags: account.tags.of(session.arn) }) };
    },
    ListSessions(request, call) {
      const { applicationId, states, createdAtAfter, createdAtBefore } = request;
      account.requireApplication(applicationId);
      const listed = account.listed(applicationId).filter(({ session: { startedAtMs }, phase: { state } }) => {
        if (createdAtAfter !== undefined && startedAtMs <= createdAtAfter) return false;
        if (createdAtBefore !== undefined && startedAtMs >= createdAtBefore) return false;
        return states === undefined || states.includes(state);
      });
      // Several states give groups; no order is promised within a group, so it follows the ids, which are random.
      const groupOf = ({ phase }: (typeof listed)[number]): number => states?.indexOf(phase.state) ?? 0;
      const sorted = listed.toSorted((a, b) => groupOf(a) - groupOf(b) || (a.session.id < b.session.id ? -1 : 1));
      const all = sorted.map(({ session, phase }) => [session.id, toSummary(session, phase, createdBy)] as const);
      const { rows, nextToken } = account.pages.list(call, request, all);
      return { sessions: rows, nextToken };
    },
    TerminateSession({ applicationId, sessionId }, call) {
      const { session } = account.seenIn(call, applicationId, sessionId);
      if (!session.live && config.terminateEnded !== 'ok') {
        throw restError(config.terminateEnded, `Session ${sessionId} is ${session.state}.`);
      }
      session.terminate();
      return { applicationId, sessionId };
    },
    GetSessionEndpoint({ applicationId, sessionId }, call) {
      const { session } = account.seenIn(call, applicationId, sessionId);
      if (!['STARTED', 'IDLE', 'BUSY'].includes(session.state)) {
        const message = `Session ${sessionId} is ${session.state} and accepts no connections.`;
        throw restError(config.endpointNotReadyCode, message);
      }
      const { token, expiresAtMs } = account.issueEndpointToken(session, { bytes: TOKEN_BYTES });
      const authTokenExpiresAt = epochSeconds(expiresAtMs);
      return { applicationId, sessionId, endpoint: world.connect.url, authToken: token, authTokenExpiresAt };
    },
    GetResourceDashboard({ applicationId, resourceId }, call) {
      account.seenIn(call, applicationId, resourceId);
      const host = `s-${resourceId}.dashboard.emr-serverless.${world.region}.amazonaws.com`;
      return { url: `https://${host}/?authToken=${world.random.hex(64)}` };
    },
    TagResource({ resourceArn: arn, tags }, call) {
      account.tagged(call, arn);
      account.tags.add(arn, tags);
      return {};
    },
    UntagResource({ resourceArn: arn, tagKeys: keys }, call) {
      account.tagged(call, arn);
      account.tags.remove(arn, keys);
      return {};
    },
    ListTagsForResource({ resourceArn: arn }, call) {
      account.tagged(call, arn);
      return { tags: account.tags.of(arn) };
    },
  };
}
