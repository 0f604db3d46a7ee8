import { ServiceError } from './service-error.ts';
import type { Operation, Protocol } from './service.ts';
import type { Shape } from './shapes.ts';
import type { WireRequest } from './wire.ts';

/** An operation with its place in the URL space; `{name}` in the path is a member, and so is every name in `query`. */
export interface RestOperation {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: readonly string[];
  /** The status of its answer, 200 unless said; an answer of 202 has no body. */
  readonly status?: number;
  readonly definition: Operation;
}

/**
 * AWS REST-JSON 1: the operation is a method and a path, members stand in path, query and body, the code of an error in
 * `x-amzn-errortype`.
 *
 * @see https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html read 2026-11-20
 */
export function restJson(operations: Readonly<Record<string, RestOperation>>): Protocol {
  const routes = Object.entries(operations).map(([name, rest]) => ({ name, rest, pattern: toPattern(rest.path) }));
  return {
    route(request) {
      const path = withoutTrailingSlash(request.path);
      for (const { name, rest, pattern } of routes) {
        const labels = pattern.exec(path)?.groups;
        if (request.method !== rest.method || (labels === undefined && !pattern.test(path))) continue;
        return {
          operation: name,
          definition: rest.definition,
          ...(rest.status !== undefined && { status: rest.status }),
          members: () => readMembers(rest, request, labels ?? {}),
        };
      }
      throw new ServiceError(
        'UnknownOperationException',
        404,
        `There is no operation at ${request.method} ${request.path}.`,
      );
    },
    answer: (output, requestId, status) => ({
      status,
      headers: { 'content-type': 'application/json', 'x-amzn-requestid': requestId },
      body: status === 202 ? '' : JSON.stringify(output),
    }),
    refuse: (error, requestId) => ({
      status: error.httpStatus,
      headers: {
        'content-type': 'application/json',
        'x-amzn-requestid': requestId,
        'x-amzn-errortype': error.code,
        ...error.headers,
      },
      body: JSON.stringify({ __type: error.code, message: error.message }),
    }),
  };
}

/** An empty last label is indistinguishable from the list's path, which is how an unguarded empty id goes astray. */
function withoutTrailingSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/$/, '') : path;
}

function toPattern(path: string): RegExp {
  return new RegExp(`^${path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);
}

function readMembers(
  rest: RestOperation,
  request: WireRequest,
  labels: Readonly<Record<string, string>>,
): Readonly<Record<string, unknown>> {
  const body: unknown = request.body === '' ? {} : JSON.parse(request.body);
  const members: Record<string, unknown> = { ...(typeof body === 'object' ? body : {}) };
  for (const name of rest.query ?? []) {
    const shape = rest.definition.input.members[name];
    if (shape !== undefined && request.query.has(name)) members[name] = fromQuery(shape, request.query.getAll(name));
  }
  for (const [name, value] of Object.entries(labels)) members[name] = decodeURIComponent(value);
  return members;
}

/** Texts of a query become what their shape wants where they can; what cannot be read stays a text and is refused later. */
function fromQuery(shape: Shape, texts: readonly string[]): unknown {
  if (shape.type === 'list') return texts;
  const [only = ''] = texts;
  if (shape.type === 'number' && only.trim() !== '') return Number(only);
  if (shape.type === 'flag' && (only === 'true' || only === 'false')) return only === 'true';
  return only;
}
