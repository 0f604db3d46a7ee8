import { epochSeconds } from '../aws/aws-protocols.ts';
import type { Handlers } from '../service.ts';
import { showsUsage } from '../session-options.ts';
import type { AthenaAccount } from './athena-account.ts';
import { toSession, toStatus, toSummary } from './athena-answers.ts';
import { byCode, invalidRequest } from './athena-errors.ts';
import { ACTIVE_STATES, type SESSION_INPUTS } from './athena-inputs.ts';
import type { AthenaState } from './athena-session.ts';

/** The length of an endpoint token in bytes, as observed, so that small header limits show. */
const TOKEN_BYTES = 1536;

export function sessionHandlers(account: AthenaAccount): Handlers<typeof SESSION_INPUTS> {
  const { config, world } = account;
  return {
    StartSession(request, call) {
      return account.startOnce(call, request, () => {
        const session = account.start(request);
        return [session, { SessionId: session.id, State: session.state }];
      });
    },
    GetSession({ SessionId: id }, call) {
      const { session, phase } = account.seen(call, id);
      return toSession(session, phase, showsUsage(config, session.live));
    },
    GetSessionStatus({ SessionId: id }, call) {
      const { session, phase } = account.seen(call, id);
      return { SessionId: id, Status: toStatus(session, phase) };
    },
    ListSessions(request, call) {
      const { WorkGroup: workGroup, StateFilter: filter } = request;
      account.requireSparkEngine(workGroup);
      const active: readonly AthenaState[] = config.listsDegraded ? [...ACTIVE_STATES, 'DEGRADED'] : ACTIVE_STATES;
      const shown = filter === undefined ? active : [filter];
      const listed = account.listed(workGroup).filter(({ phase: { state } }) => {
        const isHidden = !config.listsEnded && (state === 'TERMINATED' || state === 'FAILED');
        return shown.includes(state) && !isHidden;
      });
      const all = listed.map(({ session, phase }) => [session.id, toSummary(session, phase)] as const).reverse();
      const { rows, nextToken } = account.pages.list(call, request, all);
      return { Sessions: rows, NextToken: nextToken };
    },
    TerminateSession({ SessionId: id }, call) {
      const { session } = account.seen(call, id);
      session.terminate();
      return { State: session.state };
    },
    GetSessionEndpoint({ SessionId: id }, call) {
      const { session } = account.seen(call, id);
      const { state } = session;
      if (session.engine !== 'spark-3.5') {
        throw invalidRequest('GetSessionEndpoint is not supported for sessions on PySpark engine version 3.');
      }
      if (state === 'IDLE' || state === 'BUSY' || state === config.endpointFrom) {
        const { token, expiresAtMs } = account.issueEndpointToken(session, { bytes: TOKEN_BYTES });
        const expirationTime = epochSeconds(expiresAtMs);
        return { EndpointUrl: world.connect.url, AuthToken: token, AuthTokenExpirationTime: expirationTime };
      }
      if ((state === 'CREATING' || state === 'CREATED') && config.endpointBeforeReady === 'empty') {
        return { EndpointUrl: '', AuthToken: '', AuthTokenExpirationTime: epochSeconds(world.timeline.nowMs()) };
      }
      throw byCode(config.endpointNotReadyCode, `Session ${id} is in the ${state} state and has no endpoint.`, id);
    },
    GetResourceDashboard({ ResourceARN: arn }, call) {
      const session = account.tagged(call, arn);
      if (session === undefined) throw invalidRequest('The ResourceARN does not name a session.');
      const host = `${session.id}.dashboard.athena.${world.region}.amazonaws.com`;
      return { Url: `https://${host}/${session.live ? 'live' : 'history'}?authToken=${world.random.hex(32)}` };
    },
  };
}
