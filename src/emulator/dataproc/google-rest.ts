import type { ServiceError } from '../service-error.ts';
import type { Operation, Protocol } from '../service.ts';
import { header, type WireRequest } from '../wire.ts';
import { SESSION_STATES } from './dataproc-shapes.ts';
import { detailsOf, refusal } from './google-errors.ts';

interface Route {
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Its named groups are members of the request. */
  readonly path: RegExp;
  /** The member that the body is; the whole request where it is `*`. */
  readonly body?: string;
  readonly query?: readonly string[];
}

const PARENT = '(?<parent>projects/[^/]+/(?:locations|regions)/[^/]+)';
const SESSION = '(?<name>projects/[^/]+/locations/[^/]+/sessions/[^/:]+)';
const OPERATION = '(?<name>projects/[^/]+/(?:locations|regions)/[^/]+/operations/[^/:]+)';
const OPERATIONS = '(?<name>projects/[^/]+/(?:locations|regions)/[^/]+/operations)';

const at = (path: string): RegExp => new RegExp(`^/v1/${path}$`);

/** The bindings. @see https://cloud.google.com/dataproc-serverless/docs/reference/rest (read 2026-11-20) */
const ROUTES: readonly Route[] = [
  {
    operation: 'CreateSession',
    method: 'POST',
    path: at(`${PARENT}/sessions`),
    body: 'session',
    query: ['sessionId', 'requestId'],
  },
  { operation: 'GetSession', method: 'GET', path: at(SESSION) },
  {
    operation: 'ListSessions',
    method: 'GET',
    path: at(`${PARENT}/sessions`),
    query: ['pageSize', 'pageToken', 'filter'],
  },
  { operation: 'TerminateSession', method: 'POST', path: at(`${SESSION}:terminate`), body: '*' },
  { operation: 'DeleteSession', method: 'DELETE', path: at(SESSION), query: ['requestId'] },
  { operation: 'GetOperation', method: 'GET', path: at(OPERATION) },
  { operation: 'ListOperations', method: 'GET', path: at(OPERATIONS), query: ['pageSize', 'pageToken', 'filter'] },
  { operation: 'CancelOperation', method: 'POST', path: at(`${OPERATION}:cancel`) },
  { operation: 'DeleteOperation', method: 'DELETE', path: at(OPERATION) },
];

const NUMBERS = ['pageSize'];

/** Google's HTTP/JSON: enums as numbers where the caller asks for them, errors with their word in `error.status`. */
export function googleRest(
  operations: Readonly<Record<string, Operation>>,
  { requireBearer }: { readonly requireBearer: boolean },
): Protocol {
  return {
    route(request) {
      if (requireBearer) requireToken(request);
      for (const route of ROUTES) {
        const groups = request.method === route.method ? route.path.exec(request.path)?.groups : undefined;
        const definition = operations[route.operation];
        if (groups === undefined || definition === undefined) continue;
        return {
          operation: route.operation,
          definition,
          members: () => withEnumNames(readMembers(route, request, groups)),
          encode: wantsNumbers(request) ? withEnumNumbers : withNumericStates,
        };
      }
      throw refusal('NOT_FOUND', `There is nothing at ${request.method} ${request.path}.`);
    },
    answer: (output) => ({
      status: 200,
      headers: { 'content-type': 'application/json; charset=UTF-8' },
      body: JSON.stringify(output),
    }),
    refuse: (error) => ({
      status: error.httpStatus,
      headers: { 'content-type': 'application/json; charset=UTF-8', ...error.headers },
      body: JSON.stringify({ error: errorBody(error) }),
    }),
  };
}

/** The error as `google.rpc.Status` in JSON, with its details. */
export function errorBody(error: ServiceError): object {
  const { code, httpStatus, message } = error;
  const details = detailsOf(error);
  return { code: httpStatus, message, status: code, ...(details.length > 0 && { details }) };
}

/** Refuses a call without a bearer token. */
export function requireToken(request: WireRequest): void {
  if (/^Bearer \S+$/.test(header(request, 'authorization') ?? '')) return;
  throw refusal(
    'UNAUTHENTICATED',
    'Request is missing required authentication credential. Expected OAuth 2 access token.',
  );
}

function readMembers(route: Route, request: WireRequest, groups: Readonly<Record<string, string>>): object {
  const body: unknown = request.body === '' ? {} : JSON.parse(request.body);
  const members: Record<string, unknown> = {};
  if (route.body === '*') Object.assign(members, body);
  else if (route.body !== undefined) members[route.body] = body;
  for (const name of route.query ?? []) {
    const text = request.query.get(name);
    if (text !== null) members[name] = NUMBERS.includes(name) && text.trim() !== '' ? Number(text) : text;
  }
  for (const [name, value] of Object.entries(groups)) members[name] = decodeURIComponent(value);
  return members;
}

/** The enums of these messages, by the field that holds them; a value's place is its number. */
const ENUMS: Readonly<Record<string, readonly string[]>> = {
  state: SESSION_STATES,
  kernel: ['KERNEL_UNSPECIFIED', 'PYTHON', 'SCALA'],
  operationType: ['SESSION_OPERATION_TYPE_UNSPECIFIED', 'CREATE', 'TERMINATE', 'DELETE'],
  userWorkloadAuthenticationType: ['AUTHENTICATION_TYPE_UNSPECIFIED', 'SERVICE_ACCOUNT', 'END_USER_CREDENTIALS'],
};

function wantsNumbers(request: WireRequest): boolean {
  return [...request.query].some(([, value]) => value.includes('enum-encoding=int'));
}

/** A state that no proto names can only come as a number. */
export function withNumericStates(output: object): object {
  return replaceEnums(output, toNumber);
}

const toNumber = (value: string): string | number => (/^\d+$/.test(value) ? Number(value) : value);

function withEnumNumbers(output: object): object {
  return replaceEnums(output, (value, names) => {
    const number = names.indexOf(value);
    return number < 0 ? toNumber(value) : number;
  });
}

/** What a client sends as a number. */
export function withEnumNames(members: object): object {
  return replaceEnums(members, (value, names) => names[Number(value)] ?? value);
}

/** Maps whose keys users choose: one may be called like an enum. */
const USERS_MAPS = ['labels', 'properties', 'endpoints'];

function replaceEnums(tree: object, replace: (value: string, names: readonly string[]) => unknown): object {
  const inside = (value: unknown, field: string): unknown => {
    if (Array.isArray(value)) return value.map((item) => inside(item, ''));
    if (typeof value === 'object' && value !== null) {
      return USERS_MAPS.includes(field) ? value : replaceEnums(value, replace);
    }
    const names = ENUMS[field];
    const isEnum = names !== undefined && (typeof value === 'string' || typeof value === 'number');
    return isEnum ? replace(String(value), names) : value;
  };
  return Object.fromEntries(Object.entries(tree).map(([field, value]) => [field, inside(value, field)]));
}
