import type { Shape, StructureShape } from './shapes.ts';
import type { WireRequest } from './wire.ts';

/**
 * The members of a request: those in the path (`labels`), in the body, and in the query of a GET or DELETE request.
 *
 * @param body - `*`: the body holds the members. A name: the body is this member, and the others are in the query.
 * @throws SyntaxError when the body is not JSON.
 * @throws URIError when a label is not percent-encoded correctly.
 */
export function httpMembers(
  request: WireRequest,
  input: StructureShape,
  { labels, body }: { readonly labels: Readonly<Record<string, string>>; readonly body: string | undefined },
): Readonly<Record<string, unknown>> {
  const content: unknown = request.body === '' ? {} : JSON.parse(request.body);
  const members: Record<string, unknown> = body === '*' && typeof content === 'object' ? { ...content } : {};
  if (request.method === 'GET' || request.method === 'DELETE' || (body !== undefined && body !== '*')) {
    for (const [name, shape] of Object.entries(input.members)) {
      if (request.query.has(name)) members[name] = fromQuery(shape, request.query.getAll(name));
    }
  }
  if (body !== undefined && body !== '*') members[body] = content;
  for (const [name, value] of Object.entries(labels)) members[name] = decodeURIComponent(value);
  return members;
}

/** Converts the texts of a query to what their shape wants; a text that cannot be converted stays and is refused later. */
function fromQuery(shape: Shape, texts: readonly string[]): unknown {
  if (shape.type === 'list') return texts;
  const [only = ''] = texts;
  if (shape.type === 'number' && only.trim() !== '') return Number(only);
  if (shape.type === 'flag' && (only === 'true' || only === 'false')) return only === 'true';
  return only;
}
