import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { World, type IdentityAnswer } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await World.open();
}, 60_000);
afterAll(() => world.close());
beforeEach(() => world.reset());

const folder = mkdtempSync(join(tmpdir(), 'anysession-google-'));
const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const USER = { type: 'authorized_user', client_id: 'c', client_secret: 's', refresh_token: 'r' };
const PRINCIPAL = 'spark@p.iam.gserviceaccount.com';

/** Application Default Credentials of each type. */
const SOURCES = {
  user: USER,
  key: { type: 'service_account', project_id: 'p', client_email: PRINCIPAL, private_key: privateKey },
  impersonated: {
    type: 'impersonated_service_account',
    source_credentials: USER,
    service_account_impersonation_url: `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${PRINCIPAL}:generateAccessToken`,
  },
  federated: {
    type: 'external_account',
    audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/p',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: 'https://sts.googleapis.com/v1/token',
    credential_source: { file: join(folder, 'subject-token') },
  },
};
writeFileSync(join(folder, 'subject-token'), 'a-token');
for (const [name, content] of Object.entries(SOURCES)) writeFileSync(join(folder, name), JSON.stringify(content));

const OAUTH = 'oauth2.googleapis.com';
const IAM = 'iamcredentials.googleapis.com';
const STS = 'sts.googleapis.com';
const grant = (description: string, status = 400): IdentityAnswer => ({
  status,
  body: { error: 'invalid_grant', error_description: description },
});
const LATE = new Date(Date.now() - 25 * 60_000).toUTCString();

/** What token services answer, and what is made of it. */
const ROWS: readonly (readonly [
  about: string,
  source: keyof typeof SOURCES,
  host: string,
  answer: IdentityAnswer,
  kind: string,
  words: RegExp,
])[] = [
  ['an expired login', 'user', OAUTH, grant('Token has been expired or revoked.'), 'unauthenticated', /gcloud auth/],
  [
    'a login that policy ended',
    'user',
    OAUTH,
    grant('reauth related error (invalid_rapt)'),
    'unauthenticated',
    /gcloud/,
  ],
  ['a revoked key', 'key', OAUTH, grant('Invalid JWT Signature.'), 'unauthenticated', /create a new key/],
  ['a deleted account', 'key', OAUTH, grant('Invalid grant: account not found'), 'unauthenticated', /create a new key/],
  [
    'a wrong clock',
    'key',
    OAUTH,
    {
      ...grant(
        'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.',
      ),
      headers: { 'content-type': 'application/json', date: LATE },
    },
    'unauthenticated',
    /clock is 2[56] min ahead of that server's.*set the clock/,
  ],
  [
    'a denied impersonation',
    'impersonated',
    IAM,
    {
      status: 403,
      body: {
        error: {
          code: 403,
          status: 'PERMISSION_DENIED',
          message: "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).",
        },
      },
    },
    'forbidden',
    /iamcredentials\.googleapis\.com answered PERMISSION_DENIED.*serviceAccountTokenCreator/,
  ],
  [
    'an impersonation with an expired login',
    'impersonated',
    OAUTH,
    grant('Token has been expired or revoked.'),
    'unauthenticated',
    /gcloud auth/,
  ],
  [
    'a refused exchange',
    'federated',
    STS,
    grant('The audience does not match'),
    'unauthenticated',
    /audience does not match/,
  ],
  ['a token service that is down', 'user', OAUTH, { status: 503, body: 'down' }, 'unavailable', /oauth2.*HTTP 503/],
  ['a token service that throttles', 'key', OAUTH, { status: 429, body: {} }, 'unavailable', /oauth2.*HTTP 429/],
  [
    'a token service that resets',
    'user',
    OAUTH,
    { reset: true },
    'unavailable',
    /connection to oauth2.* broke|ECONNRESET/,
  ],
  ['an exchange that resets', 'federated', STS, { reset: true }, 'unavailable', /sts\.googleapis\.com|ECONNRESET/],
];

/** Files that nobody can use, by their names. */
const UNUSABLE: readonly (readonly [source: string, words: RegExp])[] = [
  ['no-such-file', /no-such-file does not exist.*check GOOGLE_APPLICATION_CREDENTIALS/],
  ['no-subject-token', /no-such-token does not exist.*the files that its file names/],
  [
    'escaped-line-breaks',
    /cannot use the private key \(ERR_OSSL_UNSUPPORTED\).*check `private_key`.*GOOGLE_APPLICATION_CREDENTIALS/,
  ],
  ['garbage-key', /cannot use the private key \(ERR_OSSL_\w+\).*check `private_key`/],
];
const writeSource = (name: string, content: object): void => writeFileSync(join(folder, name), JSON.stringify(content));
writeSource('no-subject-token', {
  ...SOURCES.federated,
  credential_source: { file: join(folder, 'no-such-token') },
});
writeSource('escaped-line-breaks', { ...SOURCES.key, private_key: privateKey.replaceAll('\n', '\\n') });
writeSource('garbage-key', {
  ...SOURCES.key,
  private_key: '-----BEGIN PRIVATE KEY-----\nMIIBADSECRET\n-----END PRIVATE KEY-----\n',
});

describe.each(['grpc', 'rest'])('over %s', { timeout: 60_000 }, (transport) => {
  const options = { project: 'emulated-project', region: 'us-central1', transport };
  const perform = (source: string, env: Readonly<Record<string, string>> = {}) =>
    world.perform({
      provider: 'dataproc',
      options,
      env: { HTTPS_PROXY: world.proxyUrl, GOOGLE_APPLICATION_CREDENTIALS: join(folder, source), ...env },
    });

  it.each(Object.keys(SOURCES))('credentials of the type %s work', async (source) => {
    world.answers.set(IAM, { body: { accessToken: 'ya29.token', expireTime: '2099-01-01T00:00:00Z' } });
    expect(await perform(source)).toMatchObject({ kind: 'ok' });
  });

  // Pauses between attempts take their time, and are the same for both.
  const rows = ROWS.filter(([, , , , kind]) => transport === 'grpc' || kind !== 'unavailable');

  it.each(rows)('%s is an error of credentials, and Dataproc is not asked', async (...row) => {
    const [, source, host, answer, kind, words] = row;
    world.answers.set(host, answer);
    const before = world.emulator.log().length;
    const outcome = await perform(source);
    expect(outcome).toMatchObject({ kind, effect: 'none' });
    expect(outcome.message).toMatch(words);
    expect(outcome.message).toContain('could not get Google credentials');
    expect(outcome.message).not.toContain('Dataproc answered');
    expect(world.emulator.log()).toHaveLength(before);
    const asked = world.identityCalls.filter((call) => call.startsWith(host)).length;
    // What cannot succeed is not repeated; the retry layer alone repeats the rest.
    if (kind === 'unavailable') expect(asked).toBeLessThanOrEqual(10);
    else expect(asked).toBe(1);
  });

  it.each([
    ['throws', /the function `credentials` failed: the vault is sealed/],
    ['throws no error', /the function `credentials` failed/],
    ['returns nothing', /the function `credentials` failed: it returned no `accessToken`/],
    ['returns a token with a line break', /its `accessToken` has the character U\+000A/],
    ['returns an expired token', /it returned a token that has expired/],
  ] as const)('a function that %s is an error of credentials, once', async (credentials, words) => {
    const before = world.emulator.log().length;
    const outcome = await world.perform({ provider: 'dataproc', options, credentials });
    expect(outcome).toMatchObject({ kind: 'unauthenticated', effect: 'none' });
    expect(outcome.message).toMatch(words);
    expect(world.emulator.log()).toHaveLength(before);
  });

  it.each(UNUSABLE)('%s: it is named at once, and nobody is asked', async (source, words) => {
    const before = world.emulator.log().length;
    const outcome = await perform(source);
    expect(outcome).toMatchObject({ kind: 'unauthenticated', effect: 'none' });
    expect(outcome.message).toMatch(words);
    expect(outcome.message).not.toMatch(/PRIVATE KEY|check the network/);
    expect(world.identityCalls).toEqual([]);
    expect(world.emulator.log()).toHaveLength(before);
  });

  it('a token service without an address, or with a certificate that is not trusted, is the network', async () => {
    const direct = await perform('user', { HTTPS_PROXY: '' });
    expect(direct).toMatchObject({ kind: 'unavailable', effect: 'none' });
    expect(direct.message).toMatch(/cannot connect to oauth2\.googleapis\.com \((ENOTFOUND|EAI_AGAIN)\)/);
  });

  it('Dataproc without an address is the network', async () => {
    const place = { ...options, endpoint: 'no-such-host.invalid' };
    const outcome = await world.perform({
      provider: 'dataproc',
      options: place,
      credentials: 'returns a token',
      env: {},
    });
    expect(outcome).toMatchObject({ kind: 'unavailable', effect: 'none' });
    expect(outcome.message).toMatch(/cannot connect to Dataproc \((ENOTFOUND|EAI_AGAIN)\).*no-such-host\.invalid/);
  });

  it('Dataproc with a certificate for another name is the network', async () => {
    const place = { ...options, endpoint: 'dataproc.example.test' };
    const outcome = await world.perform({
      provider: 'dataproc',
      options: place,
      credentials: 'returns a token',
      operation: 'start',
    });
    expect(outcome).toMatchObject({ kind: 'config-invalid', effect: 'none' });
    expect(outcome.message).toMatch(/cannot connect to Dataproc.*NODE_EXTRA_CA_CERTS/);
  });

  it.each([
    ['has no service account', 404, 'unauthenticated', /service account with the scope cloud-platform/],
    ['denies the scope', 403, 'unauthenticated', /service account with the scope cloud-platform/],
    ['is down', 503, 'unavailable', /HTTP 503/],
  ])('a metadata server that %s is an error of credentials', async (_, status, kind, words) => {
    world.answers.set(`127.0.0.1:${world.metadataPort}`, {
      status,
      body: 'no',
      headers: { 'metadata-flavor': 'Google', 'content-type': 'text/html' },
    });
    const env = {
      GCE_METADATA_HOST: `127.0.0.1:${world.metadataPort}`,
      METADATA_SERVER_DETECTION: 'assume-present',
      HOME: '/nonexistent',
      CLOUDSDK_CONFIG: '/nonexistent',
    };
    const outcome = await world.perform({ provider: 'dataproc', options, env });
    expect(outcome).toMatchObject({ kind, effect: 'none' });
    expect(outcome.message).toMatch(words);
  });
});
