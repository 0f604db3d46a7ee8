import { operation, type Operation } from '../service.ts';
import type { DataprocAccount } from './dataproc-account.ts';
import { toSession } from './dataproc-answers.ts';
import { CREATE_SESSION, END_SESSION, GET_SESSION, LIST_SESSIONS } from './dataproc-shapes.ts';
import { refusal } from './google-errors.ts';
import type { LongRunning } from './long-running.ts';
import { parseFilter } from './session-filter.ts';

/** `google.cloud.dataproc.v1.SessionController`. */
export function sessionOperations(account: DataprocAccount): Readonly<Record<string, Operation>> {
  const { config } = account;

  /** The same request id gives the same operation; a request of another shape under it is ignored, or refused by option. */
  const once = (scope: string, token: string | undefined, parameters: object, run: () => LongRunning): LongRunning => {
    const use = {
      scope,
      token: token === '' ? undefined : token,
      parameters: config.requestIdClash === 'ignored' ? {} : parameters,
      run,
      clash: () => refusal('INVALID_ARGUMENT', 'The request id was used with another request.'),
    };
    return account.tokens.once(use) as LongRunning;
  };

  return {
    CreateSession: operation({
      input: CREATE_SESSION,
      token: 'requestId',
      run({ requestId, ...request }, call) {
        const created = once(`CreateSession ${request.parent}`, requestId, request, () => account.create(request));
        const session = account.sessionNamed(`${request.parent}/sessions/${request.sessionId}`);
        if (session !== undefined) call.touches(session);
        return created.toJson();
      },
    }),
    GetSession: operation({
      input: GET_SESSION,
      run({ name }, call) {
        const { session } = account.requireSeen(name);
        call.touches(session);
        return toSession(session, config.describeLagMs);
      },
    }),
    ListSessions: operation({
      input: LIST_SESSIONS,
      run({ parent, pageSize = 0, pageToken, filter = '' }, call) {
        account.requireRegion(parent);
        const fits = parseFilter(filter);
        const listed = account.sessions().filter((session) => {
          const phase = session.scope === parent ? session.seen(config.listLagMs) : undefined;
          return phase !== undefined && fits({ session, state: phase.state });
        });
        const page = account.pages.turn({
          listing: `ListSessions ${parent} ${filter}`,
          // No order is promised; the uuids are random.
          ids: () => listed.map(({ uuid }) => uuid).toSorted(),
          pageSize: Math.min(config.maxPageSize, pageSize === 0 ? config.maxPageSize : pageSize),
          token: pageToken === '' ? undefined : pageToken,
          empty: call.emptyPage,
          foreign: () => refusal('INVALID_ARGUMENT', 'The page token is not valid.'),
        });
        const byUuid = new Map(listed.map((session) => [session.uuid, session]));
        return {
          sessions: page.ids.flatMap((uuid) => {
            const session = byUuid.get(uuid);
            return session === undefined ? [] : [toSession(session, config.listLagMs)];
          }),
          ...(page.nextToken !== undefined && { nextPageToken: page.nextToken }),
        };
      },
    }),
    TerminateSession: operation({
      input: END_SESSION,
      token: 'requestId',
      run({ name, requestId }, call) {
        const { session } = account.requireSeen(name);
        call.touches(session);
        return once(`TerminateSession ${session.uuid}`, requestId, {}, () => account.terminate(session)).toJson();
      },
    }),
    DeleteSession: operation({
      input: END_SESSION,
      token: 'requestId',
      run({ name, requestId }, call) {
        const session = account.sessionNamed(name);
        if (session !== undefined) call.touches(session);
        // A repeat comes when the record is gone.
        return once(`DeleteSession ${name}`, requestId, {}, () =>
          account.remove(account.requireSeen(name).session),
        ).toJson();
      },
    }),
  };
}
