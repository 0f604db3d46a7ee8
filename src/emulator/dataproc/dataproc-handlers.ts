import type { Handlers } from '../service.ts';
import type { DataprocAccount } from './dataproc-account.ts';
import { toSession } from './dataproc-answers.ts';
import type { INPUTS } from './dataproc-inputs.ts';
import { badField, refusal } from './google-errors.ts';
import type { LongRunning } from './long-running.ts';
import { parseFilter } from './session-filter.ts';

/** `google.cloud.dataproc.v1.SessionController` and `BatchController`, and `google.longrunning.Operations` as far as they need it. */
export function dataprocHandlers(account: DataprocAccount): Handlers<typeof INPUTS> {
  const { config, pages, tokens } = account;

  /** An empty text and a size of 0 mean that the caller leaves them open. */
  const paged = <Request extends { readonly pageSize?: number; readonly pageToken?: string }>(request: Request) => ({
    ...request,
    pageSize: Math.min(config.maxPageSize, request.pageSize || config.maxPageSize),
    pageToken: request.pageToken || undefined,
  });
  const next = (nextToken: string | undefined): object => (nextToken === undefined ? {} : { nextPageToken: nextToken });

  return {
    CreateSession(request, call) {
      const { requestId, parent, sessionId } = request;
      // A different request with a known request id is ignored, or refused by option.
      const compared = config.requestIdClash === 'ignored' ? { requestId } : request;
      const created = tokens.once(call, compared, () => account.create(request), parent);
      const session = account.sessionNamed(`${parent}/sessions/${sessionId}`);
      if (session !== undefined) call.touches(session);
      return created.toJson();
    },
    GetSession: ({ name }, call) => toSession(account.seen(call, name), config.describeLagMs),
    ListSessions(request, call) {
      const { parent, filter = '' } = request;
      account.requireRegion(parent);
      const fits = parseFilter(filter);
      const listed = account.sessions().filter((session) => {
        const phase = session.scope === parent ? session.seen(config.listLagMs) : undefined;
        return phase !== undefined && fits({ session, state: phase.state });
      });
      // No order is promised; the uuids are random.
      const all = listed
        .toSorted((a, b) => (a.uuid < b.uuid ? -1 : 1))
        .map((session) => [session.uuid, toSession(session, config.listLagMs)] as const);
      const { rows, nextToken } = pages.list(call, paged(request), all);
      return { sessions: rows, ...next(nextToken) };
    },
    TerminateSession({ name, requestId }, call) {
      const session = account.seen(call, name);
      return tokens.once(call, { requestId }, () => account.terminate(session), session.uuid).toJson();
    },
    DeleteSession({ name, requestId }, call) {
      // A repetition comes when the record is gone.
      const session = account.sessionNamed(name);
      if (session !== undefined) call.touches(session);
      return tokens.once(call, { requestId }, () => account.remove(account.seen(call, name)), name).toJson();
    },
    CreateBatch(request, call) {
      account.requireRegion(request.parent);
      return tokens.once(call, request, () => account.batches.create(request), request.parent).toJson();
    },
    GetBatch: ({ name }) => account.batches.require(name).toJson(),
    ListBatches(request, call) {
      account.requireRegion(request.parent);
      if ((request.filter ?? '') !== '') throw badField('filter', 'The emulator has no filter for batches.');
      const all = account.batches.in(request.parent).map((batch) => [batch.uuid, batch.toJson()] as const);
      const { rows, nextToken } = pages.list(call, paged(request), all);
      return { batches: rows, ...next(nextToken) };
    },
    DeleteBatch({ name }) {
      account.batches.remove(name);
      return {};
    },
    GetOperation: ({ name }) => account.requireOperation(name).toJson(),
    ListOperations(request, call) {
      const fits = parseOperationFilter(request.filter ?? '');
      const place = request.name.replace(/\/operations$/, '').replace('/locations/', '/regions/');
      const listed = account.operations().filter((each) => each.name.startsWith(`${place}/operations/`) && fits(each));
      const all = listed.map((each) => [each.name, each.toJson()] as const);
      const { rows, nextToken } = pages.list(call, { ...paged(request), name: place }, all);
      return { operations: rows, ...next(nextToken) };
    },
    CancelOperation({ name }) {
      const operation = account.requireOperation(name);
      if (account.batches.cancel(operation)) return {};
      throw refusal('UNIMPLEMENTED', 'Operations on sessions cannot be cancelled; terminate the session.');
    },
    DeleteOperation({ name }) {
      account.forget(account.requireOperation(name));
      return {};
    },
    OpenWebSocket: () => ({}),
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
