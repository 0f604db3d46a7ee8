import type { Handlers } from '../service.ts';
import type { DataprocAccount } from './dataproc-account.ts';
import { toSession } from './dataproc-answers.ts';
import type { INPUTS } from './dataproc-inputs.ts';
import { badField, refusal } from './google-errors.ts';
import type { LongRunning } from './long-running.ts';
import { parseFilter } from './session-filter.ts';

/** `google.cloud.dataproc.v1.SessionController`, and `google.longrunning.Operations` as far as sessions need it. */
export function dataprocHandlers(account: DataprocAccount): Handlers<typeof INPUTS> {
  const { config, pages } = account;

  /** The same request id gives the same operation; a different request with it is ignored, or refused by option. */
  const once = (scope: string, token: string | undefined, parameters: object, run: () => LongRunning): object => {
    const use = {
      scope,
      token: token === '' ? undefined : token,
      parameters: config.requestIdClash === 'ignored' ? {} : parameters,
    };
    return account.tokens.once(use, run).toJson();
  };
  const pageOf = (pageSize: number, pageToken: string | undefined) => ({
    size: Math.min(config.maxPageSize, pageSize === 0 ? config.maxPageSize : pageSize),
    token: pageToken === '' ? undefined : pageToken,
  });
  const next = (nextToken: string | undefined): object => (nextToken === undefined ? {} : { nextPageToken: nextToken });

  return {
    CreateSession({ requestId, ...request }, call) {
      const created = once(`CreateSession ${request.parent}`, requestId, request, () => account.create(request));
      const session = account.sessionNamed(`${request.parent}/sessions/${request.sessionId}`);
      if (session !== undefined) call.touches(session);
      return created;
    },
    GetSession: ({ name }, call) => toSession(account.seen(call, name), config.describeLagMs),
    ListSessions({ parent, pageSize = 0, pageToken, filter = '' }, call) {
      account.requireRegion(parent);
      const fits = parseFilter(filter);
      const listed = account.sessions().filter((session) => {
        const phase = session.scope === parent ? session.seen(config.listLagMs) : undefined;
        return phase !== undefined && fits({ session, state: phase.state });
      });
      const { rows, nextToken } = pages.list(call, {
        listing: `ListSessions ${parent} ${filter}`,
        // No order is promised; the uuids are random.
        rows: listed
          .toSorted((a, b) => (a.uuid < b.uuid ? -1 : 1))
          .map((session) => [session.uuid, toSession(session, config.listLagMs)]),
        ...pageOf(pageSize, pageToken),
      });
      return { sessions: rows, ...next(nextToken) };
    },
    TerminateSession({ name, requestId }, call) {
      const session = account.seen(call, name);
      return once(`TerminateSession ${session.uuid}`, requestId, {}, () => account.terminate(session));
    },
    DeleteSession({ name, requestId }, call) {
      // A repetition comes when the record is gone.
      const session = account.sessionNamed(name);
      if (session !== undefined) call.touches(session);
      return once(`DeleteSession ${name}`, requestId, {}, () => account.remove(account.seen(call, name)));
    },
    GetOperation: ({ name }) => account.requireOperation(name).toJson(),
    ListOperations({ name, pageSize = 0, pageToken, filter = '' }, call) {
      const fits = parseOperationFilter(filter);
      const place = name.replace(/\/operations$/, '').replace('/locations/', '/regions/');
      const listed = account.operations().filter((each) => each.name.startsWith(`${place}/operations/`) && fits(each));
      const { rows, nextToken } = pages.list(call, {
        listing: `ListOperations ${place} ${filter}`,
        rows: listed.map((each) => [each.name, each.toJson()]),
        ...pageOf(pageSize, pageToken),
      });
      return { operations: rows, ...next(nextToken) };
    },
    CancelOperation({ name }) {
      account.requireOperation(name);
      throw refusal('UNIMPLEMENTED', 'Operations on sessions cannot be cancelled; terminate the session.');
    },
    DeleteOperation({ name }) {
      account.forget(account.requireOperation(name));
      return {};
    },
  };
}

/** The fields of the filter of operations; Google documents them per service, and not for sessions. */
const FILTER_TERM = /^\s*(done|metadata\.operation_type|metadata\.session)\s*=\s*"?([^\s"]+)"?\s*$/;

/** @throws ServiceError unless the filter consists of terms of the known fields, joined by AND. */
function parseOperationFilter(filter: string): (operation: LongRunning) => boolean {
  if (filter.trim() === '') return () => true;
  const terms = filter.split(/\s+and\s+/i).map((term) => {
    const [, field = '', value = ''] = FILTER_TERM.exec(term) ?? [];
    if (field === '') throw badField('filter', `The filter has a term that is not understood: ${term.trim()}`);
    return (operation: LongRunning): boolean => operation.fieldOf(field) === value;
  });
  return (operation) => terms.every((fits) => fits(operation));
}
