import { epochSeconds } from '../aws-json.ts';
import type { RestOperation } from '../rest-json.ts';
import { operation } from '../service.ts';
import { toSession, toSummary } from './emr-answers.ts';
import type { EmrAccount } from './emr-account.ts';
import { refusal } from './emr-serverless-errors.ts';
import { LIST_SESSIONS, ONE_SESSION, RESOURCE_DASHBOARD, START_SESSION } from './emr-serverless-shapes.ts';

/** The size of a page that the caller leaves open, which is also the largest one. */
const PAGE_SIZE = 50;
/** The length of an endpoint token in bytes; base64 makes it larger than the 2594 characters seen in the wild. */
const TOKEN_BYTES = 1950;

const SESSIONS = '/applications/{applicationId}/sessions';
const SESSION = `${SESSIONS}/{sessionId}`;

/** StartSession to GetResourceDashboard: a session's life from outside. */
export function sessionOperations(account: EmrAccount): Readonly<Record<string, RestOperation>> {
  const { config, world } = account;
  const createdBy = `arn:aws:iam::${world.accountId}:user/emulated`;
  return {
    StartSession: {
      method: 'POST',
      path: SESSIONS,
      definition: operation({
        input: START_SESSION,
        token: 'clientToken',
        run(request, call) {
          const { clientToken: token, ...parameters } = request;
          const output = account.tokens.once({
            scope: `StartSession ${request.applicationId}`,
            token,
            parameters,
            run() {
              const session = account.start(request);
              return { applicationId: session.scope, sessionId: session.id, arn: session.arn };
            },
            clash: () => refusal(config.tokenClashCode, 'The clientToken was used with other parameters.'),
          }) as { readonly sessionId: string };
          const started = account.sessions().find((session) => session.id === output.sessionId);
          if (started !== undefined) call.touches(started);
          return output;
        },
      }),
    },
    GetSession: {
      method: 'GET',
      path: SESSION,
      definition: operation({
        input: ONE_SESSION,
        run({ applicationId, sessionId }, call) {
          const { session, phase } = account.requireSeen(applicationId, sessionId);
          call.touches(session);
          return { session: toSession(session, phase, { createdBy, tags: account.tags.of(session.arn) }) };
        },
      }),
    },
    ListSessions: {
      method: 'GET',
      path: SESSIONS,
      query: ['nextToken', 'maxResults', 'states', 'createdAtAfter', 'createdAtBefore'],
      definition: operation({
        input: LIST_SESSIONS,
        run({ applicationId, nextToken, maxResults, states, createdAtAfter, createdAtBefore }, call) {
          account.requireApplication(applicationId);
          const listed = account.sessions().flatMap((session) => {
            const phase = session.scope === applicationId ? session.seen(config.listLagMs) : undefined;
            if (phase === undefined || (states !== undefined && !states.includes(phase.state))) return [];
            if (createdAtAfter !== undefined && session.startedAtMs <= createdAtAfter) return [];
            if (createdAtBefore !== undefined && session.startedAtMs >= createdAtBefore) return [];
            return [
              { id: session.id, group: states?.indexOf(phase.state) ?? 0, row: toSummary(session, phase, createdBy) },
            ];
          });
          const page = account.pages.turn({
            listing: `ListSessions ${applicationId} ${states?.join() ?? ''} ${createdAtAfter ?? ''} ${createdAtBefore ?? ''}`,
            // Several states give groups; within a group the order is not promised, so it follows the ids, which are random.
            ids: () => listed.toSorted((a, b) => a.group - b.group || (a.id < b.id ? -1 : 1)).map(({ id }) => id),
            pageSize: maxResults ?? PAGE_SIZE,
            token: nextToken,
            empty: call.emptyPage,
            foreign: () => refusal('ValidationException', 'The nextToken is not valid.'),
          });
          const byId = new Map(listed.map(({ id, row }) => [id, row]));
          return { sessions: page.ids.flatMap((id) => byId.get(id) ?? []), nextToken: page.nextToken };
        },
      }),
    },
    TerminateSession: {
      method: 'DELETE',
      path: SESSION,
      definition: operation({
        input: ONE_SESSION,
        run({ applicationId, sessionId }, call) {
          const { session } = account.requireSeen(applicationId, sessionId);
          call.touches(session);
          if (!session.live && config.terminateEnded !== 'ok') {
            throw refusal(config.terminateEnded, `Session ${sessionId} is ${session.state}.`);
          }
          session.terminate();
          return { applicationId, sessionId };
        },
      }),
    },
    GetSessionEndpoint: {
      method: 'GET',
      path: `${SESSION}/endpoint`,
      definition: operation({
        input: ONE_SESSION,
        run({ applicationId, sessionId }, call) {
          const { session } = account.requireSeen(applicationId, sessionId);
          call.touches(session);
          if (!['STARTED', 'IDLE', 'BUSY'].includes(session.state)) {
            throw refusal(
              config.endpointNotReadyCode,
              `Session ${sessionId} is ${session.state} and cannot be connected to.`,
            );
          }
          const token = Buffer.from(world.random.hex(TOKEN_BYTES * 2), 'hex').toString('base64url');
          const expiresAtMs = world.timeline.nowMs() + config.endpointTokenTtlMs;
          const { expiredTokenCode } = config;
          world.connect.admit({ token, service: 'emr-serverless', session, expiresAtMs, expiredTokenCode });
          return {
            applicationId,
            sessionId,
            endpoint: world.connect.url,
            authToken: token,
            authTokenExpiresAt: epochSeconds(expiresAtMs),
          };
        },
      }),
    },
    GetResourceDashboard: {
      method: 'GET',
      path: '/applications/{applicationId}/dashboard',
      query: ['resourceId', 'resourceType', 'accessSystemProfileLogs'],
      definition: operation({
        input: RESOURCE_DASHBOARD,
        run({ applicationId, resourceId }, call) {
          const { session } = account.requireSeen(applicationId, resourceId);
          call.touches(session);
          const host = `s-${resourceId}.dashboard.emr-serverless.${world.region}.amazonaws.com`;
          return { url: `https://${host}/?authToken=${world.random.hex(64)}` };
        },
      }),
    },
  };
}
