import { operation, type Operation } from '../service.ts';
import type { DataprocAccount } from './dataproc-account.ts';
import { LIST_OPERATIONS, ONE_OPERATION } from './dataproc-shapes.ts';
import { refusal } from './google-errors.ts';

/** `google.longrunning.Operations`, as far as sessions need it. */
export function operationOperations(account: DataprocAccount): Readonly<Record<string, Operation>> {
  return {
    GetOperation: operation({
      input: ONE_OPERATION,
      run: ({ name }) => account.requireOperation(name).toJson(),
    }),
    ListOperations: operation({
      input: LIST_OPERATIONS,
      run({ name, pageSize = 0, pageToken }, call) {
        const place = name.replace(/\/operations$/, '').replace('/locations/', '/regions/');
        const listed = account.operations().filter((each) => each.name.startsWith(`${place}/operations/`));
        const page = account.pages.turn({
          listing: `ListOperations ${place}`,
          ids: () => listed.map((each) => each.name),
          pageSize: pageSize === 0 ? account.config.maxPageSize : pageSize,
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
