import { Ajv } from 'ajv';
import { beforeAll, describe, expect, it } from 'vitest';
import { CONFIG_SHAPE, SESSION_SHAPE, configSchema } from '../../src/config/config-shape.ts';
import { builtInPlugins } from '../../src/config/plugin-catalog.ts';

describe('configSchema', () => {
  let accepts: (config: unknown) => boolean;

  beforeAll(async () => {
    const validate = new Ajv({ strict: false, allErrors: true }).compile(await configSchema());
    accepts = (config) => validate(config);
  });

  it.each([
    { environments: { dev: { provider: 'local' } } },
    { $schema: './schema.json', owner: 'etl', defaultEnvironment: 'dev', environments: { dev: { provider: 'local' } } },
    {
      environments: {
        dev: { provider: 'local', session: { idleTimeoutMs: 60_000, size: 'small', labels: { a: 'b' } } },
      },
    },
    { environments: { dev: { provider: 'local', session: { idleTimeoutMs: '${IDLE}', size: '${SIZE:-small}' } } } },
    {
      owner: '${TEAM}',
      environments: { prod: { provider: '@acme/livy', url: 'https://livy', anything: { at: ['all'] } } },
    },
    // What it requires may come from its variables.
    { environments: { prod: { provider: 'emr-serverless' } } },
    { extends: './base.yaml' },
    { extends: ['a.yaml', 'b.json'], environments: { dev: { session: { idleTimeoutMs: 1 } } } },
  ])('accepts %j', (config) => {
    expect(accepts(config)).toBe(true);
  });

  it.each([
    {},
    [],
    { environments: { dev: {} } },
    { environments: { dev: { provider: '' } } },
    { environments: { dev: { provider: 'local', engin: 'duckdb' } } },
    { environments: { dev: { provider: 'local', session: { idleTimeoutMs: 0 } } } },
    { environments: { dev: { provider: 'local', session: { idleTimeoutMs: '30m' } } } },
    { environments: { dev: { provider: 'local', session: { size: 'huge' } } } },
    { environments: { dev: { provider: 'local', session: { sparkConf: { a: 1 } } } } },
    { environments: { dev: { provider: 'local', session: { sparkconf: {} } } } },
    { owner: 'Data Platform', environments: { dev: { provider: 'local' } } },
    { enviroments: {}, environments: { dev: { provider: 'local' } } },
    { extends: 7 },
  ])('refuses %j', (config) => {
    expect(accepts(config)).toBe(false);
  });

  it('describes every key, so that editors can explain it', async () => {
    const { properties } = (await configSchema()) as {
      properties: Record<string, { description?: string; anyOf?: [{ title?: string }] }>;
    };
    expect(Object.keys(properties).sort()).toEqual(Object.keys(CONFIG_SHAPE.properties).sort());
    for (const [name, { description }] of Object.entries(properties)) expect(description, name).toMatch(/\w/);
    for (const [name, { description }] of Object.entries(SESSION_SHAPE.properties))
      expect(description, name).toMatch(/\w/);
  });

  it('knows the options of every built-in provider', async () => {
    const text = JSON.stringify(await configSchema());
    for (const { id, optionsSchema } of await builtInPlugins()) {
      expect(text).toContain(`{"if":{"properties":{"provider":{"const":"${id}"}}`);
      for (const option of Object.keys(optionsSchema()['properties'] ?? {})) expect(text).toContain(`"${option}":`);
    }
  });
});
