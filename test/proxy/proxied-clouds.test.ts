import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PATH } from '../spark-connect/bridge.ts';
import type { Task } from './subject.ts';
import { World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await World.open();
}, 60_000);
afterAll(() => world.close());
beforeEach(() => world.reset());

type Client = Pick<Task, 'provider' | 'options' | 'credentials'>;

const GOOGLE = { project: 'emulated-project', region: 'us-central1' };
const KEYS = { accessKeyId: 'AKIDTEST', secretAccessKey: 'not-a-secret' };
const AWS = { region: 'us-east-1', workgroup: 'spark35', credentials: KEYS };

const TUNNEL = { path: PATH, headers: { authorization: 'Bearer ya29.token' } };

/** Each client with the host of its service. */
const CLIENTS: readonly (readonly [name: string, host: string, client: Client])[] = [
  ['Athena', 'athena.us-east-1.amazonaws.com', { provider: 'athena', options: AWS }],
  [
    'Dataproc over gRPC',
    'us-central1-dataproc.googleapis.com',
    { provider: 'dataproc', options: GOOGLE, credentials: 'returns a token' },
  ],
  [
    'Dataproc over REST',
    'us-central1-dataproc.googleapis.com',
    { provider: 'dataproc', options: { ...GOOGLE, transport: 'rest' }, credentials: 'returns a token' },
  ],
  ['Spark Connect', 'spark.example.test', { provider: 'spark' }],
  ['Spark Connect in a WebSocket', 'spark.example.test', { provider: 'spark', options: { tunnel: TUNNEL } }],
];

/** The same clients with a host that the proxy treats in a special way. */
const withHost = (client: Client, host: string): Client => {
  if (client.provider === 'spark') return { ...client, options: { ...client.options, host } };
  const place = client.provider === 'athena' ? { endpoint: `https://${host}` } : { endpoint: host };
  return { ...client, options: { ...client.options, ...place } };
};

describe.each(CLIENTS)('%s', { timeout: 60_000 }, (_, host, client) => {
  it.each(['HTTPS_PROXY', 'https_proxy'])('works through the proxy of %s, with its password', async (name) => {
    expect(await world.perform({ ...client, env: { [name]: world.proxyUrl } })).toMatchObject({ kind: 'ok' });
    expect(world.targets).toContain(`${host}:443`);
  });

  it('works through a proxy with TLS', async () => {
    expect(await world.perform({ ...client, env: { HTTPS_PROXY: world.tlsProxyUrl } })).toMatchObject({ kind: 'ok' });
    expect(world.targets).toContain(`${host}:443`);
  });

  it('answers 407 with a wrong password: the proxy is named, and the password is not', async () => {
    const HTTPS_PROXY = world.proxyUrl.replace('p%40ss', 'wrong-password');
    const { kind, effect, message, printed } = await world.perform({ ...client, env: { HTTPS_PROXY } });
    expect({ kind, effect }).toEqual({ kind: 'unauthenticated', effect: 'none' });
    expect(message).toContain(`proxy http://127.0.0.1:${new URL(world.proxyUrl).port} answered HTTP 407`);
    expect(message).toContain('HTTPS_PROXY');
    expect(printed).not.toContain('wrong-password');
    expect(printed).not.toContain(Buffer.from('user:wrong-password/word').toString('base64'));
    // Trying again cannot help.
    expect(world.connects.length).toBeLessThanOrEqual(1);
  });

  it.each([
    ['denied.googleapis.com', 403, 'forbidden'],
    ['broken.googleapis.com', 502, 'unavailable'],
  ])('names the proxy that does not connect to %s with %i', async (denied, status, kind) => {
    await world.refuse({ [denied]: status });
    const outcome = await world.perform(withHost(client, denied));
    expect(outcome).toMatchObject({ kind, effect: 'none' });
    expect(outcome.message).toMatch(
      new RegExp(`proxy http://127.0.0.1:\\d+ answered HTTP ${status} to a connection to ${denied}:443`),
    );
    expect(outcome.message).toContain('NO_PROXY');
  });

  it.each([
    ['unreachable', 'http://user:hidden-word@127.0.0.1:9', 'the proxy http://127.0.0.1:9 cannot be reached'],
    [
      'unknown',
      'http://user:hidden-word@no-such-proxy.invalid:3128',
      'http://no-such-proxy.invalid:3128 cannot be reached',
    ],
    ['no HTTP proxy', 'socks5://user:hidden-word@127.0.0.1:9', 'HTTPS_PROXY is not the URL of an HTTP proxy'],
  ])('names a proxy that is %s', async (_how, HTTPS_PROXY, words) => {
    const { kind, effect, message, printed } = await world.perform({ ...client, env: { HTTPS_PROXY } });
    expect(kind).toBe(HTTPS_PROXY.startsWith('socks') ? 'config-invalid' : 'unavailable');
    expect(effect).toBe('none');
    expect(message).toContain(words);
    expect(printed).not.toContain('hidden-word');
  });

  it('goes to loopback directly, and to what NO_PROXY names', async () => {
    const direct = await world.perform(
      withHost(client, `localhost${client.provider === 'spark' ? '' : `:${world.tlsPort}`}`),
    );
    expect(direct.message).not.toContain('proxy');
    // A name of its own: channels of the tests before may still make their last attempt.
    const own = 'excepted.googleapis.com';
    const NO_PROXY = `.example.test,10.0.0.0/8,${own}`;
    const excepted = await world.perform({ ...withHost(client, own), env: { HTTPS_PROXY: world.proxyUrl, NO_PROXY } });
    expect(excepted.kind).not.toBe('ok');
    expect(world.targets.filter((target) => /^(localhost|excepted)/.test(target))).toEqual([]);
  });
});

describe('credentials', { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'anysession-proxy-'));
  const fileOf = (name: string, content: unknown): string => {
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
    return join(folder, name);
  };
  const USER = { type: 'authorized_user', client_id: 'c', client_secret: 's', refresh_token: 'r' };

  it('of Google are fetched through the proxy too', async () => {
    const env = { HTTPS_PROXY: world.proxyUrl, GOOGLE_APPLICATION_CREDENTIALS: fileOf('user.json', USER) };
    expect(await world.perform({ provider: 'dataproc', options: GOOGLE, env })).toMatchObject({ kind: 'ok' });
    expect(world.targets).toEqual(
      expect.arrayContaining(['oauth2.googleapis.com:443', 'us-central1-dataproc.googleapis.com:443']),
    );
  });

  it('of AWS are fetched through the proxy too', async () => {
    world.answers.set('sts.us-east-1.amazonaws.com', {
      headers: { 'content-type': 'text/xml' },
      body: '<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>AKIDSTS</AccessKeyId><SecretAccessKey>sts</SecretAccessKey><SessionToken>token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>',
    });
    const env = {
      HTTPS_PROXY: world.proxyUrl,
      AWS_REGION: 'us-east-1',
      AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/spark',
      AWS_WEB_IDENTITY_TOKEN_FILE: fileOf('web-identity', 'a-token'),
    };
    const options = { region: 'us-east-1', workgroup: 'spark35' };
    expect(await world.perform({ provider: 'athena', options, env })).toMatchObject({ kind: 'ok' });
    expect(world.targets).toEqual(
      expect.arrayContaining(['athena.us-east-1.amazonaws.com:443', 'sts.us-east-1.amazonaws.com:443']),
    );
  });

  it.each([407, 403])('a token service behind a proxy that answers %i is no answer of Dataproc', async (status) => {
    if (status === 403) await world.refuse({ 'iamcredentials.googleapis.com': 403 });
    const HTTPS_PROXY = status === 407 ? world.proxyUrl.replace('p%40ss', 'wrong') : world.proxyUrl;
    const impersonated = {
      type: 'impersonated_service_account',
      source_credentials: USER,
      service_account_impersonation_url:
        'https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/spark@p.iam.gserviceaccount.com:generateAccessToken',
    };
    const env = { HTTPS_PROXY, GOOGLE_APPLICATION_CREDENTIALS: fileOf('impersonated.json', impersonated) };
    const outcome = await world.perform({ provider: 'dataproc', options: GOOGLE, env });
    expect(outcome).toMatchObject({ kind: status === 407 ? 'unauthenticated' : 'forbidden', effect: 'none' });
    expect(outcome.message).toContain('could not get Google credentials');
    expect(outcome.message).toMatch(new RegExp(`the proxy http://127.0.0.1:\\d+ answered HTTP ${status}`));
  });
});
