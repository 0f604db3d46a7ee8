import { epochSeconds } from '../aws/aws-protocols.ts';
import type { Handlers } from '../service.ts';
import { invalidRequest, type EmrAccount } from './emr-account.ts';
import { toSession } from './emr-answers.ts';
import type { SESSION_INPUTS } from './emr-inputs.ts';
import type { ClusterSession } from './emr-session.ts';

/** The lengths of an endpoint token and of a password in bytes; the token is as long as that of EMR Serverless. */
const TOKEN_BYTES = 1950;
const PASSWORD_BYTES = 32;
const USERNAME = 'emulated';

export function sessionHandlers(account: EmrAccount): Handlers<typeof SESSION_INPUTS> {
  const { config, world } = account;
  return {
    StartSession(request, call) {
      const start = () => {
        const session = account.start(request);
        const { id: Id, arn: Arn, state: State, scope: ClusterId } = session;
        return [session, { Id, ClusterId, Arn, AccountId: world.accountId, State }] as const;
      };
      return account.startOnce(call, request, start, request.ClusterId);
    },
    GetSession({ ClusterId: clusterId, SessionId: id }, call) {
      account.requireCluster(clusterId);
      const { session, phase } = account.seen(call, id, clusterId);
      return { Session: toSession(session, phase, account) };
    },
    ListSessions(request, call) {
      const { ClusterId: clusterId, SessionStates: states } = request;
      account.requireCluster(clusterId);
      const listed = account
        .listed(clusterId)
        .filter(({ phase: { state } }) => states === undefined || states.length === 0 || states.includes(state));
      // "Newer sessions are returned first", says the model.
      const all = listed.map(({ session, phase }) => [session.id, toSession(session, phase, account)] as const);
      const { rows, nextToken } = account.pages.list(call, request, all.reverse());
      return { Sessions: rows, NextToken: nextToken };
    },
    TerminateSession({ ClusterId: clusterId, SessionId: id }, call) {
      account.requireCluster(clusterId);
      const { session } = account.seen(call, id, clusterId);
      if (!session.live && config.terminateEnded !== 'ok') {
        throw invalidRequest(`Session ${id} is ${session.state}.`);
      }
      session.terminate();
      return { ClusterId: clusterId, SessionId: id, State: session.state };
    },
    GetSessionEndpoint({ ClusterId: clusterId, SessionId: id }, call) {
      account.requireCluster(clusterId);
      const { session } = account.seen(call, id, clusterId);
      const { state } = session;
      if (state !== 'IDLE' && state !== 'BUSY' && state !== config.endpointFrom) {
        throw invalidRequest(`Session ${id} is ${state} and has no endpoint.`);
      }
      return { Endpoint: world.connect.url, ...credentialsOf(account, session) };
    },
  };
}

/** What opens the endpoint, together with the id of the session in the metadata `authorization`. */
function credentialsOf(account: EmrAccount, session: ClusterSession): object {
  const { credentials } = account.config;
  const login = { authorization: session.id, 'x-emr-username': USERNAME };
  if (credentials === 'username-password') {
    const { token: password } = account.issueEndpointToken(session, { bytes: PASSWORD_BYTES, metadata: login });
    return { Credentials: { UsernamePassword: { Username: USERNAME, Password: password } } };
  }
  const password = account.world.random.hex(PASSWORD_BYTES);
  const isBoth = credentials === 'both';
  const metadata = isBoth ? { ...login, 'x-emr-password': password } : { authorization: session.id };
  const { token, expiresAtMs } = account.issueEndpointToken(session, { bytes: TOKEN_BYTES, metadata });
  return {
    AuthToken: token,
    AuthTokenExpirationTime: epochSeconds(expiresAtMs),
    ...(isBoth && { Credentials: { UsernamePassword: { Username: USERNAME, Password: password } } }),
  };
}
