import { httpMembers } from '../http-members.ts';
import { ServiceError, type Operation, type Protocol } from '../service.ts';
import { errorHeaders } from './aws-json.ts';

/**
 * The place of an operation in the URL space. `{name}` in the path is a member; the other members of a GET or DELETE request are
 * in the query, of any other request in the body. The status is 200 by default; an answer with 202 has no body.
 */
export type RestRoute = readonly [method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, status?: number];

const MEDIA_TYPE = 'application/json';

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
      headers: { 'content-type': MEDIA_TYPE, 'x-amzn-requestid': requestId },
      body: status === 202 ? '' : JSON.stringify(output),
    }),
    refuse: (error, requestId) => ({
      status: error.httpStatus,
      headers: { ...errorHeaders(error, requestId), 'content-type': MEDIA_TYPE },
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
