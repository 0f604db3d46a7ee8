import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../src/config/check-config.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { cpuMs } from '../cpu-time.ts';
import { failureOf } from '../failure-of.ts';
import { configFolder } from './config-folder.ts';

/** A few hundred bytes of YAML whose aliases expand to 9^9 values. */
const aliases = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'].map((name, at, names) => {
  const before = at === 0 ? 'x' : `*${names[at - 1]}`;
  return `  ${name}: &${name} [${Array(9).fill(before).join(', ')}]`;
});
const ALIAS_BOMB = ['environments:', '  dev: { provider: local }', 'labels:', ...aliases].join('\n');
const nested = (depth: number, open: string, close: string): string => open.repeat(depth) + '1' + close.repeat(depth);
const inDev = (value: string): string => `{"environments": {"dev": {"provider": "local", "labels": ${value}}}}`;
const LONG = 'n'.repeat(100_000);

describe('a configuration that would take for ever is refused at once', () => {
  it.each<[string, string, string, RegExp]>([
    ['YAML aliases', 'a.yaml', ALIAS_BOMB, /labels\.\w: has more than 100000 values; each use of a YAML alias counts/],
    [
      'JSON 6,000 deep',
      'a.json',
      inDev(nested(6000, '[', ']')),
      /environments\.dev\.labels: is nested more than 64 deep/,
    ],
    ['JSON objects 6,000 deep', 'a.json', inDev(nested(6000, '{"a":', '}')), /nested more than 64 deep/],
    ['YAML 1,000 deep', 'a.yaml', inDev(nested(1000, '[', ']')), /nested more than 64 deep/],
    ['JSON 1,000,000 deep', 'a.json', inDev(nested(1_000_000, '[', ']')), /nested more than 64 deep|not valid JSON/],
    [
      'aliases of aliases',
      'a.yaml',
      `environments:\n${Array.from({ length: 100 }, (_, at) => `  e${at}: &e${at} { b: ${at === 0 ? 1 : `*e${at - 1}`} }`).join('\n')}`,
      /nested more than 64 deep/,
    ],
  ])('%s', async (_, name, text, message) => {
    const cwd = configFolder({ [name]: text });
    const startedMs = cpuMs();
    for (const read of [loadConfig, checkConfig]) {
      const error = await failureOf(read({ cwd, config: name, env: {} }));
      expect(error).toMatchObject({ kind: 'config-invalid', message: expect.stringMatching(message) });
      expect(error.message.length).toBeLessThan(2000);
    }
    // Without the limits it takes minutes, or for ever.
    expect(cpuMs() - startedMs).toBeLessThan(20_000);
  });
});

describe('a name of 100 kB is answered at once, and is not repeated', () => {
  const dev = { provider: 'local' };
  it.each<[string, object]>([
    ['an environment', { config: { environments: { dev } }, environment: LONG }],
    ['ANYSESSION_ENV', { config: { environments: { dev } }, env: { ANYSESSION_ENV: LONG } }],
    ['an option', { config: { environments: { dev: { ...dev, [LONG]: 1 } } } }],
    ['a provider', { config: { environments: { dev: { provider: LONG } } } }],
    ['a key', { config: { environments: { dev }, [LONG]: 1 } }],
    ['two environments', { config: { environments: { [`${LONG}a`]: dev, dev } }, environment: LONG }],
  ])('%s', async (_, request) => {
    const startedMs = cpuMs();
    const error = await failureOf(loadConfig({ env: {}, ...request }));
    // The suggestion of a similar name would compare 10^10 pairs of letters without the limit.
    expect(cpuMs() - startedMs).toBeLessThan(5_000);
    expect(error.kind).toBe('config-invalid');
    expect(error.message.length).toBeLessThan(2000);
  });
});
