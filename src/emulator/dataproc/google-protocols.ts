import { httpMembers } from '../http-members.ts';
import type { Operation, Protocol } from '../service.ts';
import type { WireRequest } from '../wire.ts';
import type { DataprocOperation } from './dataproc-inputs.ts';
import { BRIDGE_PATH } from '../data-plane/websocket-bridge.ts';
import type { BearerCheck } from './bearer-check.ts';
import { errorBody, refusal } from './google-errors.ts';
import { withEnumNames, withEnumNumbers, withNumericStates } from './google-json.ts';

type Operations = Readonly<Record<DataprocOperation, Operation>>;

/** The method and path of an operation, with named groups for the members in the path, and the member that the body is. */
type Route = readonly [method: 'GET' | 'POST' | 'DELETE', path: string, body?: string];

const PLACE = 'projects/[^/]+/(?:locations|regions)/[^/]+';
const SESSIONS = `(?<parent>${PLACE})/sessions`;
const SESSION = '(?<name>projects/[^/]+/locations/[^/]+/sessions/[^/:]+)';
const BATCHES = `(?<parent>${PLACE})/batches`;
const BATCH = `(?<name>${PLACE}/batches/[^/:]+)`;
const OPERATION = `(?<name>${PLACE}/operations/[^/:]+)`;

/** The HTTP bindings. @see https://cloud.google.com/dataproc-serverless/docs/reference/rest (read 2026-11-20) */
const ROUTES: Readonly<Record<DataprocOperation, Route>> = {
  CreateSession: ['POST', SESSIONS, 'session'],
  GetSession: ['GET', SESSION],
  ListSessions: ['GET', SESSIONS],
  TerminateSession: ['POST', `${SESSION}:terminate`, '*'],
  DeleteSession: ['DELETE', SESSION],
  CreateBatch: ['POST', BATCHES, 'batch'],
  GetBatch: ['GET', BATCH],
  ListBatches: ['GET', BATCHES],
  DeleteBatch: ['DELETE', BATCH],
  GetOperation: ['GET', OPERATION],
  ListOperations: ['GET', `(?<name>${PLACE}/operations)`],
  CancelOperation: ['POST', `${OPERATION}:cancel`],
  DeleteOperation: ['DELETE', OPERATION],
  OpenWebSocket: ['GET', BRIDGE_PATH],
};

const JSON_HEADERS = { 'content-type': 'application/json; charset=UTF-8' };

/** Google's HTTP/JSON: enums as numbers where the caller asks for them, the code of an error in `error.status`. */
export function googleRest(operations: Operations, bearers: BearerCheck): Protocol {
  const table = (Object.keys(ROUTES) as DataprocOperation[]).map((operation) => {
    const [method, path, body] = ROUTES[operation];
    return {
      operation,
      definition: operations[operation],
      method,
      pattern: new RegExp(`^${path.startsWith('/') ? '' : '/v1/'}${path}$`),
      body,
    };
  });
  return {
    route(request) {
      for (const { operation, definition, method, pattern, body } of table) {
        const found = request.method === method ? pattern.exec(request.path) : null;
        if (found === null || (operation === 'OpenWebSocket' && request.headers.upgrade !== 'websocket')) continue;
        const labels = found.groups ?? {};
        const members = (): object => {
          bearers.check(request);
          return withEnumNames(httpMembers(request, definition.input, { labels, body }));
        };
        const encode = wantsEnumNumbers(request) ? withEnumNumbers : withNumericStates;
        return { operation, definition, members, encode };
      }
      throw refusal('NOT_FOUND', `There is nothing at ${request.method} ${request.path}.`);
    },
    answer: (output) => ({ status: 200, headers: JSON_HEADERS, body: JSON.stringify(output) }),
    refuse: (error) => ({
      status: error.httpStatus,
      headers: { ...JSON_HEADERS, ...error.headers },
      body: JSON.stringify({ error: errorBody(error) }),
    }),
  };
}

/** gRPC with its messages as JSON: the path names the method, the body and the answer are the messages. */
export function googleRpc(operations: Operations, bearers: BearerCheck): Protocol {
  return {
    route(request) {
      const operation = request.path.split('/').at(-1) ?? '';
      if (!Object.hasOwn(operations, operation)) {
        throw refusal('UNIMPLEMENTED', `The method ${request.path} is not implemented.`);
      }
      const definition = operations[operation as DataprocOperation];
      const members = (): object => {
        bearers.check(request);
        return withEnumNames(JSON.parse(request.body) as object);
      };
      return { operation, definition, members, encode: withNumericStates };
    },
    answer: (output) => ({ status: 200, headers: {}, body: JSON.stringify(output) }),
    refuse: (error) => ({ status: error.httpStatus, headers: error.headers, body: JSON.stringify(errorBody(error)) }),
  };
}

function wantsEnumNumbers(request: WireRequest): boolean {
  return [...request.query].some(([, value]) => value.includes('enum-encoding=int'));
}
