import { operation, type Operation } from '../service.ts';
import type { DataprocAccount } from './dataproc-account.ts';
import { LIST_OPERATIONS, ONE_OPERATION } from './dataproc-shapes.ts';
import { badField, refusal } from './google-errors.ts';
import type { LongRunning } from './long-running.ts';

/** `google.longrunning.Operations`, as far as sessions need it. */
export function operationOperations(account: DataprocAccount): Readonly<Record<string, Operation>> {
  return {
    GetOperation: operation({
      input: ONE_OPERATION,
      run: ({ name }) => account.requireOperation(name).toJson(),
    }),
    ListOperations: operation({
      input: LIST_OPERATIONS,
      run({ name, pageSize = 0, pageToken, filter = '' }, call) {
        const fits = parseOperationFilter(filter);
        const place = name.replace(/\/operations$/, '').replace('/locations/', '/regions/');
        const listed = account
          .operations()
          .filter((each) => each.name.startsWith(`${place}/operations/`) && fits(each));
        const page = account.pages.turn({
          listing: `ListOperations ${place} ${filter}`,
          ids: () => listed.map((each) => each.name),
          pageSize: Math.min(account.config.maxPageSize, pageSize === 0 ? account.config.maxPageSize : pageSize),
          token: pageToken === '' ? undefined : pageToken,
          empty: call.emptyPage,
          foreign: () => refusal('INVALID_ARGUMENT', 'The page token is not valid.'),
        });
        return {
          operations: page.ids.map((id) => account.requireOperation(id).toJson()),
          ...(page.nextToken !== undefined && { nextPageToken: page.nextToken }),
        };
      },
    }),
    CancelOperation: operation({
      input: ONE_OPERATION,
      run({ name }) {
        account.requireOperation(name);
        throw refusal('UNIMPLEMENTED', 'Operations on sessions cannot be cancelled; terminate the session.');
      },
    }),
    DeleteOperation: operation({
      input: ONE_OPERATION,
      run({ name }) {
        account.forget(account.requireOperation(name));
        return {};
      },
    }),
  };
}

/** The fields that a list of operations is told apart by here: Google words them per service, and not for sessions. */
const FILTER_TERM = /^\s*(done|metadata\.operation_type|metadata\.session)\s*=\s*"?([^\s"]+)"?\s*$/;

/** @throws ServiceError for anything but terms of the known fields, joined by AND. */
function parseOperationFilter(filter: string): (operation: LongRunning) => boolean {
  if (filter.trim() === '') return () => true;
  const terms = filter.split(/\s+and\s+/i).map((term) => {
    const [, field = '', value = ''] = FILTER_TERM.exec(term) ?? [];
    if (field === '') throw badField('filter', `The filter has a term that is not understood: ${term.trim()}`);
    return (operation: LongRunning): boolean => operation.fieldOf(field) === value;
  });
  return (operation) => terms.every((fits) => fits(operation));
}
