import { epochSeconds } from '../aws-json.ts';
import { operation, type Operation } from '../service.ts';
import { toSession, toStatus, toSummary } from './athena-answers.ts';
import type { AthenaAccount } from './athena-account.ts';
import { byCode, invalidRequest } from './athena-errors.ts';
import type { AthenaState } from './athena-session.ts';
import { LIST_SESSIONS, ONE_SESSION, RESOURCE_DASHBOARD, START_SESSION } from './athena-shapes.ts';

/** What ListSessions shows when no state is asked for: the active ones. */
const LISTED_STATES: readonly AthenaState[] = ['CREATING', 'CREATED', 'IDLE', 'BUSY'];
/** The size of a page that the caller leaves open, which is also the largest one. */
const PAGE_SIZE = 100;
/** The length of an endpoint token in bytes, of the size seen in the wild, so that small header limits show. */
const TOKEN_BYTES = 1536;

/** StartSession to GetResourceDashboard: a session's life from outside. */
export function sessionOperations(account: AthenaAccount): Readonly<Record<string, Operation>> {
  const { config, world } = account;
  return {
    StartSession: operation({
      input: START_SESSION,
      token: 'ClientRequestToken',
      run(request, call) {
        const { ClientRequestToken: token, ...parameters } = request;
        const output = account.tokens.once({
          scope: 'StartSession',
          token,
          parameters,
          run() {
            const session = account.start(request);
            return { SessionId: session.id, State: session.state };
          },
          clash: () =>
            byCode(config.tokenClashCode, 'The ClientRequestToken was used with other parameters.', token ?? ''),
        }) as { readonly SessionId: string };
        const started = account.sessions().find((session) => session.id === output.SessionId);
        if (started !== undefined) call.touches(started);
        return output;
      },
    }),
    GetSession: operation({
      input: ONE_SESSION,
      run({ SessionId: id }, call) {
        const { session, phase } = account.requireSeen(id);
        call.touches(session);
        return toSession(session, phase);
      },
    }),
    GetSessionStatus: operation({
      input: ONE_SESSION,
      run({ SessionId: id }, call) {
        const { session, phase } = account.requireSeen(id);
        call.touches(session);
        return { SessionId: id, Status: toStatus(session, phase) };
      },
    }),
    ListSessions: operation({
      input: LIST_SESSIONS,
      run({ WorkGroup: workGroup, StateFilter: filter, MaxResults: size, NextToken: token }, call) {
        account.requireSparkEngine(workGroup);
        const shown = filter === undefined ? listedStates(config.listsDegraded) : [filter];
        const listed = account.sessions().flatMap((session) => {
          const phase = session.scope === workGroup ? session.seen(config.listLagMs) : undefined;
          if (phase === undefined || !shown.includes(phase.state)) return [];
          if (!config.listsEnded && (phase.state === 'TERMINATED' || phase.state === 'FAILED')) return [];
          return [{ session, phase }];
        });
        const page = account.pages.turn({
          listing: `ListSessions ${workGroup} ${filter ?? ''}`,
          ids: () => listed.map(({ session }) => session.id).reverse(),
          pageSize: size ?? PAGE_SIZE,
          token,
          empty: call.emptyPage,
          foreign: () => invalidRequest('The NextToken is not valid.'),
        });
        const byId = new Map(listed.map(({ session, phase }) => [session.id, toSummary(session, phase)]));
        return { Sessions: page.ids.flatMap((id) => byId.get(id) ?? []), NextToken: page.nextToken };
      },
    }),
    TerminateSession: operation({
      input: ONE_SESSION,
      run({ SessionId: id }, call) {
        const session = account.requireSession(id);
        call.touches(session);
        session.terminate();
        return { State: session.state };
      },
    }),
    GetSessionEndpoint: operation({
      input: ONE_SESSION,
      run({ SessionId: id }, call) {
        const session = account.requireSession(id);
        call.touches(session);
        if (session.engine !== 'spark-3.5') {
          throw invalidRequest('GetSessionEndpoint is not supported for sessions on PySpark engine version 3.');
        }
        const ready = session.state === 'IDLE' || session.state === 'BUSY' || session.state === config.endpointFrom;
        const starting = session.state === 'CREATING' || session.state === 'CREATED';
        if (!ready && !(starting && config.endpointBeforeReady === 'empty')) {
          throw byCode(
            config.endpointNotReadyCode,
            `Session ${id} is in the ${session.state} state and has no endpoint.`,
            id,
          );
        }
        if (!ready) {
          return { EndpointUrl: '', AuthToken: '', AuthTokenExpirationTime: epochSeconds(world.timeline.nowMs()) };
        }
        const token = Buffer.from(world.random.hex(TOKEN_BYTES * 2), 'hex').toString('base64url');
        const expiresAtMs = world.timeline.nowMs() + config.endpointTokenTtlMs;
        const { expiredTokenCode } = config;
        world.connect.admit({ token, service: 'athena', session, expiresAtMs, expiredTokenCode });
        return {
          EndpointUrl: world.connect.url,
          AuthToken: token,
          AuthTokenExpirationTime: epochSeconds(expiresAtMs),
        };
      },
    }),
    GetResourceDashboard: operation({
      input: RESOURCE_DASHBOARD,
      run({ ResourceARN: arn }, call) {
        const session = account.requireTagged(arn);
        if (session === undefined) throw invalidRequest('The ResourceARN does not name a session.');
        call.touches(session);
        const place = session.live ? 'live' : 'history';
        return {
          Url: `https://${session.id}.dashboard.athena.${world.region}.amazonaws.com/${place}?authToken=${world.random.hex(32)}`,
        };
      },
    }),
  };
}

function listedStates(withDegraded: boolean): readonly AthenaState[] {
  return withDegraded ? [...LISTED_STATES, 'DEGRADED'] : LISTED_STATES;
}
