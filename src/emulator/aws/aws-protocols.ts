import { httpMembers } from '../http-members.ts';
import { ServiceError, type Operation, type Protocol } from '../service.ts';
import { header } from '../wire.ts';

/**
 * AWS JSON 1.1: every call is `POST /`, the operation is in `x-amz-target`, the code of an error in `__type`.
 *
 * @see https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html read 2026-11-20
 */
export function awsJson(targetPrefix: string, operations: Readonly<Record<string, Operation>>): Protocol {
  return {
    route(request) {
      const target = header(request, 'x-amz-target') ?? '';
      const name = target.startsWith(`${targetPrefix}.`) ? target.slice(targetPrefix.length + 1) : '';
      const definition = Object.hasOwn(operations, name) ? operations[name] : undefined;
      if (request.method !== 'POST' || !/^\/*$/.test(request.path) || definition === undefined) {
        throw new ServiceError('UnknownOperationException', 400, `There is no operation '${target}'.`);
      }
      const members = (): unknown => JSON.parse(request.body === '' ? '{}' : request.body);
      return { operation: name, definition, members };
    },
    answer: (output, requestId) => ({
      status: 200,
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': requestId },
      body: JSON.stringify(output),
    }),
    refuse: (error, requestId) => ({
      status: error.httpStatus,
      headers: { ...errorHeaders(error, requestId), 'content-type': 'application/x-amz-json-1.1' },
      body: JSON.stringify({ __type: error.code, ...error.members, Message: error.message }),
    }),
  };
}

/** The headers of an error in both of the AWS JSON protocols. */
function errorHeaders(error: ServiceError, requestId: string): Readonly<Record<string, string>> {
  return { 'x-amzn-requestid': requestId, 'x-amzn-errortype': error.code, ...error.headers };
}

/** A time in an AWS JSON or REST-JSON body: epoch seconds, with the milliseconds as a fraction. */
export function epochSeconds(atMs: number): number {
  return atMs / 1000;
}

/**
 * The place of an operation in the URL space. `{name}` in the path is a member; the other members of a GET or DELETE request are
 * in the query, of any other request in the body. The status is 200 by default; an answer with 202 has no body.
 */
export type RestRoute = readonly [method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, status?: number];

/**
 * AWS REST-JSON 1: the operation is a method and a path, the code of an error is in `x-amzn-errortype`.
 *
 * @see https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html read 2026-11-20
 */
export function restJson<Name extends string>(
  routes: Readonly<Record<Name, RestRoute>>,
  operations: Readonly<Record<Name, Operation>>,
): Protocol {
  const table = (Object.keys(routes) as Name[]).map((operation) => {
    const [method, path, status] = routes[operation];
    return { operation, definition: operations[operation], method, pattern: toPattern(path), status };
  });
  return {
    route(request) {
      const path = withoutTrailingSlash(request.path);
      for (const { operation, definition, method, pattern, status } of table) {
        const match = request.method === method ? pattern.exec(path) : null;
        if (match === null) continue;
        const members = (): unknown =>
          httpMembers(request, definition.input, { labels: match.groups ?? {}, body: '*' });
        return { operation, definition, members, ...(status !== undefined && { status }) };
      }
      const message = `There is no operation at ${request.method} ${request.path}.`;
      throw new ServiceError('UnknownOperationException', 404, message);
    },
    answer: (output, requestId, status) => ({
      status,
      headers: { 'content-type': 'application/json', 'x-amzn-requestid': requestId },
      body: status === 202 ? '' : JSON.stringify(output),
    }),
    refuse: (error, requestId) => ({
      status: error.httpStatus,
      headers: { ...errorHeaders(error, requestId), 'content-type': 'application/json' },
      body: JSON.stringify({ __type: error.code, message: error.message }),
    }),
  };
}

/** An empty last label matches the path of the list, as on the real service: a client that forgets an id gets the list. */
function withoutTrailingSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/$/, '') : path;
}

function toPattern(path: string): RegExp {
  return new RegExp(`^${path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);
}
