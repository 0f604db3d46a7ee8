import type { DataprocConfig } from './dataproc-options.ts';
import type { DataprocCreate } from './dataproc-session.ts';
import { badField } from './google-errors.ts';

/**
 * The request with what its template adds: where both say something the request wins, maps are joined key by key.
 *
 * @throws ServiceError when there is no such template.
 */
export function applyTemplate(request: DataprocCreate, templates: DataprocConfig['templates']): DataprocCreate {
  const { session } = request;
  const id = session.sessionTemplate?.split('/').at(-1) ?? '';
  if (id === '' || Object.keys(templates).length === 0) return request;
  const template = Object.hasOwn(templates, id) ? templates[id] : undefined;
  if (template === undefined) throw badField('session.session_template', `Session template '${id}' does not exist.`);
  // A session has one kind, whichever of the two its template has.
  const hasKind = session.jupyterSession !== undefined || session.sparkConnectSession !== undefined;
  const { jupyterSession, sparkConnectSession, ...rest } = template;
  return { ...request, session: joined(hasKind ? rest : template, session) };
}

function joined(below: object, above: object): object {
  const values = new Map<string, unknown>(Object.entries(below));
  for (const [name, value] of Object.entries(above)) {
    const under = values.get(name);
    values.set(name, isMap(under) && isMap(value) ? joined(under, value) : value);
  }
  return Object.fromEntries(values);
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
