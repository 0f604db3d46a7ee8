import type { Operation, Protocol } from '../service.ts';
import { errorBody, requireToken, withEnumNames, withNumericStates } from './google-rest.ts';
import { refusal } from './google-errors.ts';

/** gRPC once its messages have become JSON: the path names the method, body and answer are the messages. */
export function googleRpc(
  operations: Readonly<Record<string, Operation>>,
  { requireBearer }: { readonly requireBearer: boolean },
): Protocol {
  return {
    route(request) {
      if (requireBearer) requireToken(request);
      const operation = request.path.split('/').at(-1) ?? '';
      const definition = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
      if (definition === undefined) throw refusal('UNIMPLEMENTED', `The method ${request.path} is not implemented.`);
      const members = (): object => withEnumNames(JSON.parse(request.body) as object);
      return { operation, definition, members, encode: withNumericStates };
    },
    answer: (output) => ({ status: 200, headers: {}, body: JSON.stringify(output) }),
    refuse: (error) => ({ status: error.httpStatus, headers: error.headers, body: JSON.stringify(errorBody(error)) }),
  };
}
