import { isMap } from '../provider-kit/option-shape.ts';
import { formatPath, type ConfigPath } from './config-problem.ts';
import { looksSecret } from '../provider-kit/describe-value.ts';
import type { FilledText } from './interpolate.ts';

/**
 * The secrets in a configuration, each with the text that messages show instead. A value is a secret when it looks like one,
 * or when a name on its path or its variable does.
 */
export function secretsIn(root: unknown, filled: readonly FilledText[]): ReadonlyMap<string, string> {
  const templates = new Map(filled.map(({ path, template }) => [formatPath(path), template]));
  const secrets = new Map<string, string>();
  const walk = (value: unknown, path: ConfigPath): void => {
    if (Array.isArray(value)) value.forEach((item, index) => walk(item, [...path, index]));
    if (isMap(value)) for (const [key, member] of Object.entries(value)) walk(member, [...path, key]);
    if (typeof value !== 'string' && typeof value !== 'number') return;
    const template = templates.get(formatPath(path));
    const text = String(value);
    if (text !== '' && looksSecret(`${formatPath(path)} ${template ?? ''}`, text)) secrets.set(text, template ?? '…');
  };
  walk(root, []);
  return secrets;
}
