import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../src/config/check-config.ts';
import { loadConfig, loadProvider } from '../../src/config/load-config.ts';
import { createContainer, ENVIRONMENT_CONFIG } from '../../src/container/index.ts';
import { parseEngine } from '../../src/emulator/data-plane/engine-choice.ts';
import { hideSecrets } from '../../src/provider-kit/hide-secrets.ts';
import { athena } from '../../providers/athena/index.ts';
import { local } from '../../providers/local/index.ts';
import { layeredProvider } from '../../src/session/layers/layered-provider.ts';
import { silentLogger, systemClock, systemRandom } from '../../src/session/system-ports.ts';
import { plugin as scripted } from '../../src/testing/index.ts';
import { failureOf } from '../failure-of.ts';

const SECRET = 'abc_d3fgh12345678';
const SECRETS = new RegExp(`${SECRET}|hunter2`);

/** What an address of a Spark Connect server may hold. */
const ADDRESSES = [
  `sc://spark.example:15002/;token=${SECRET}`,
  `SC://spark.example/;use_ssl=true;Token=${SECRET}`,
  `sc://spark.example/;x-aws-proxy-auth=${SECRET}`,
  `sc://spark.example/;x-tenant=${SECRET};user_id=me`,
  `sc://spark.example:1;token=${SECRET}`,
  `sc://spark.example/;token=a"${SECRET}`,
  `sc://spark.example/;token=a ${SECRET}`,
  `https://me:${SECRET}@spark.example/`,
  `https://spark.example/?access_token=${SECRET}&a=1`,
];

describe.each(ADDRESSES)('%s', (address) => {
  const places: Readonly<Record<string, object>> = {
    engine: { provider: 'local', engine: '${SPARK_URL}' },
    'engine without a variable': { provider: 'local', engine: address },
    'engine.url': { provider: 'local', engine: { url: '${SPARK_URL}' }, threads: 0 },
    'an unknown member': { provider: 'local', engine: { url: 1, address: '${SPARK_URL}' } },
    'another option': { provider: 'local', memoryLimit: '${SPARK_URL}' },
    'a name of another provider': { provider: 'athena', region: '${SPARK_URL}', workgroup: '${SPARK_URL}' },
    provider: { provider: '${SPARK_URL}' },
    'provider without a variable': { provider: address },
    session: { provider: 'local', session: { size: '${SPARK_URL}', idleTimeoutMs: '${SPARK_URL}' } },
  };

  it.each(Object.keys(places))('is not repeated by `config check` and errors: %s', async (place) => {
    const config = { environments: { dev: places[place] as never } };
    const env = { SPARK_URL: address };
    const report = await checkConfig({ config, env });
    expect(report.problems).not.toEqual([]);
    expect(JSON.stringify(report)).not.toMatch(SECRETS);
    expect(printed(await failureOf(loadConfig({ config, env })))).not.toMatch(SECRETS);
  });

  it('is not repeated by the option `engine` of the emulator', async () => {
    expect(printed(await failureOf(() => parseEngine(address)))).not.toMatch(SECRETS);
  });
});

it('conceals a long value whose variable has a secret name', async () => {
  const config = { environments: { dev: { provider: 'local', memoryLimit: '${MY_PASSWORD}' } } };
  const env = { MY_PASSWORD: 'correct "horse" battery staple and more than forty characters' };
  const error = await failureOf(loadConfig({ config, env }));
  expect(error.message).toContain('found "${MY_PASSWORD}');
  expect(error.message).not.toContain('horse');
});

describe('a configuration', () => {
  it('prints without its secrets, and gives them to code', async () => {
    const url = `sc://spark.example/;token=${SECRET}`;
    const provider = local({ engine: { url } });
    const session = { sparkConf: { 'spark.hadoop.fs.s3a.secret.key': 'hunter2', 'spark.sql.shuffle.partitions': '4' } };
    const container = await createContainer({ provider, session });
    const config = container.get(ENVIRONMENT_CONFIG);
    expect(printed(config, config.providerConfig, config.session, { ...config })).not.toMatch(SECRETS);
    expect(printed(config.providerConfig)).toContain('sc://spark.example/;token=…');
    expect(config).toMatchObject({ providerConfig: { engine: { url } }, session });
    expect(JSON.stringify(config.session)).toContain('"spark.sql.shuffle.partitions":"4"');
  });

  it('prints without the keys of a cloud', async () => {
    const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'hunter2', sessionToken: 'hunter2' };
    const config = await loadProvider({
      provider: athena({ region: 'eu-west-1', workgroup: 'w', credentials }),
      env: {},
    });
    const { credentials: read } = config.providerConfig as { readonly credentials: typeof credentials };
    expect(printed(config, config.providerConfig, read)).not.toMatch(/hunter2|AKIA/);
    expect(read).toMatchObject(credentials);
  });
});

it('an endpoint prints without its token, and gives it to code', async () => {
  const ports = { clock: systemClock, random: systemRandom, logger: silentLogger };
  const metadata = { authorization: 'Bearer hunter2', 'x-tenant': SECRET };
  const endpoint = { host: 'spark.example', port: 443, tls: true, metadata, expiresAtMs: 1 };
  const adapter = scripted.create({}, ports);
  const provider = layeredProvider(Object.assign(adapter, { endpoint: async () => endpoint }), []);
  const call = { signal: new AbortController().signal, deadline: Number.POSITIVE_INFINITY, attempt: 1 };
  const answer = await provider.endpoint?.({ v: 1, provider: 'scripted', scope: 'x', id: 'y' }, call);
  expect(printed(answer, answer?.metadata, { ...answer })).not.toMatch(SECRETS);
  expect(JSON.stringify(answer)).toContain('"host":"spark.example"');
  expect(answer).toEqual(endpoint);
});

it('lists are copied with their members, and instances are not', () => {
  class Client {
    readonly token = 'kept';
  }
  const client = new Client();
  const hidden = hideSecrets({ list: [{ password: 'hunter2' }, 'a'], client });
  expect(printed(hidden, hidden.list, hidden.list[0])).not.toMatch(SECRETS);
  expect(hidden.client).toBe(client);
  expect(hidden.list).toHaveLength(2);
});

/** All that a log may show of values. */
function printed(...values: readonly unknown[]): string {
  return values
    .flatMap((value) => [String(value), JSON.stringify(value), inspect(value, { depth: 9, showHidden: true })])
    .join('\n');
}
