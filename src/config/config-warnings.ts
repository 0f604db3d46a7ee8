import type { Capabilities, SqlDialect } from '../contract/capabilities.ts';
import { formatPath } from './config-problem.ts';
import { looksSecret } from '../provider-kit/describe-value.ts';
import type { ReadEnvironment } from './read-environment.ts';

/** What is valid in a configuration but may surprise. */
export function configWarnings(
  environments: readonly ReadEnvironment[],
  defaultEnvironment: string | undefined,
): readonly string[] {
  const noDefault =
    environments.length > 1 && defaultEnvironment === undefined
      ? ['no defaultEnvironment: select an environment for every run, with ANYSESSION_ENV or `environment`']
      : [];
  return [...differentDialects(environments), ...noDefault, ...environments.flatMap(withinEnvironment)];
}

function differentDialects(environments: readonly ReadEnvironment[]): readonly string[] {
  const names = new Map<SqlDialect, string[]>();
  for (const { name, capabilities } of environments) {
    if (capabilities === undefined) continue;
    names.set(capabilities.dialect, [...(names.get(capabilities.dialect) ?? []), name]);
  }
  const listed = [...names].map(([dialect, speakers]) => `${dialect} (${speakers.join(', ')})`);
  return listed.length < 2 ? [] : [`the environments use different SQL dialects: ${listed.join(', ')}`];
}

/** The session defaults that have a capability of the same name. */
const NEED_CAPABILITY = [
  'maxLifetimeMs',
  'labels',
  'size',
  'sparkConf',
] as const satisfies readonly (keyof ReadEnvironment['session'] & keyof Capabilities)[];

function withinEnvironment(environment: ReadEnvironment): readonly string[] {
  const { name, plugin, capabilities, session, written, problems } = environment;
  if (plugin === undefined || problems.length > 0) return [];
  const at = (...path: string[]): string => formatPath(['environments', name, ...path]);
  const secrets = Object.entries(written)
    .filter(([key, value]) => typeof value === 'string' && looksSecret(key, value) && !value.includes('${'))
    .map(([key]) => `${at(key)}: this looks like a secret: keep it in a variable and write \${NAME}`);
  if (capabilities === undefined) {
    const unused = Object.keys(session).map((key) => `${at('session', key)}: ${plugin.id} has no sessions`);
    return [...unused, ...secrets];
  }
  const unsupported = NEED_CAPABILITY.filter((key) => Object.hasOwn(session, key) && capabilities[key] === false).map(
    (key) => `${at('session', key)}: ${plugin.id} does not support ${key}; starting a session will fail`,
  );
  const outOfRange = (['idleTimeoutMs', 'maxLifetimeMs'] as const).flatMap((key) => {
    const [value, range] = [session[key], capabilities[key]];
    if (value === undefined || range === false || (value >= range.min && value <= range.max)) return [];
    return [
      `${at('session', key)}: ${plugin.id} supports ${range.min} to ${range.max}, not ${value}; starting a session will fail`,
    ];
  });
  return [...unsupported, ...outOfRange, ...secrets];
}
