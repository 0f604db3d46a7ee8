import type { Capabilities, SqlDialect } from '../contract/capabilities.ts';
import { formatPath } from './config-problem.ts';
import { looksSecret } from './describe-value.ts';
import type { ReadEnvironment } from './read-environment.ts';

/** What is right in a configuration and may still surprise. */
export function configWarnings(
  environments: readonly ReadEnvironment[],
  defaultEnvironment: string | undefined,
): readonly string[] {
  const undecided =
    environments.length > 1 && defaultEnvironment === undefined
      ? ['there is no defaultEnvironment: every run must name its environment, by ANYSESSION_ENV or in the call']
      : [];
  return [...differentDialects(environments), ...undecided, ...environments.flatMap(withinEnvironment)];
}

function differentDialects(environments: readonly ReadEnvironment[]): readonly string[] {
  const speakers = new Map<SqlDialect, string[]>();
  for (const { name, capabilities } of environments) {
    if (capabilities === undefined) continue;
    const { dialect } = capabilities;
    speakers.set(dialect, [...(speakers.get(dialect) ?? []), name]);
  }
  if (speakers.size < 2) return [];
  const who = [...speakers].map(
    ([dialect, names]) => `${names.join(' and ')} ${names.length > 1 ? 'speak' : 'speaks'} ${dialect}`,
  );
  return [`SQL that runs in one environment may not run in another: ${who.join(', ')}`];
}

/** Which capability each session default needs. */
const NEEDS = {
  maxLifetimeMs: 'maxLifetimeMs',
  labels: 'labels',
  size: 'size',
  sparkConf: 'sparkConf',
} as const satisfies Partial<Record<keyof ReadEnvironment['session'], keyof Capabilities>>;

function withinEnvironment(environment: ReadEnvironment): readonly string[] {
  const { name, plugin, capabilities, session, written, problems } = environment;
  if (plugin === undefined || problems.length > 0) return [];
  const at = (...path: string[]): string => formatPath(['environments', name, ...path]);
  const secrets = Object.entries(written)
    .filter(([key, value]) => typeof value === 'string' && looksSecret(key, value) && !value.includes('${'))
    .map(([key]) => `${at(key)}: this looks like a secret in a file; keep it in a variable and write \${NAME}`);
  if (capabilities === undefined) {
    const unused = Object.keys(session).map(
      (key) => `${at('session', key)}: ${plugin.id} has run batches and no sessions`,
    );
    return [...unused, ...secrets];
  }
  const unsupported = Object.entries(NEEDS)
    .filter(([key, capability]) => Object.hasOwn(session, key) && capabilities[capability] === false)
    .map(([key]) => `${at('session', key)}: ${plugin.id} takes no ${key}; starting a session will fail`);
  const outOfRange = (['idleTimeoutMs', 'maxLifetimeMs'] as const).flatMap((key) => {
    const [value, range] = [session[key], capabilities[key]];
    if (value === undefined || range === false || (value >= range.min && value <= range.max)) return [];
    return [
      `${at('session', key)}: ${plugin.id} takes ${range.min} to ${range.max}, not ${value}; starting a session will fail`,
    ];
  });
  return [...unsupported, ...outOfRange, ...secrets];
}
