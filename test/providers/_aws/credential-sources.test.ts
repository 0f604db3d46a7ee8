import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openSessions } from '../../../src/index.ts';
import { athena } from '../../../providers/athena/index.ts';
import { failureOf } from '../../failure-of.ts';
import { AWS_SERVICES, openService } from './aws-services.ts';
import { assumedRole, awsHome, serveIdentity, stsError, type Said } from './identity-server.ts';

const ROLE_FILES = {
  config: '[profile r]\nrole_arn = arn:aws:iam::123456789012:role/spark\nsource_profile = s\nregion = eu-west-1\n',
  credentials: '[s]\naws_access_key_id = SOURCE\naws_secret_access_key = secret-of-source\n',
};
const DENIED = 'User: arn:aws:iam::1:user/u is not authorized to perform: sts:AssumeRole';

/** What STS can do instead of an answer with keys, and what callers read. */
const STS_FAILURES: readonly (readonly [string, Said, object, RegExp])[] = [
  [
    'denies',
    stsError(403, 'AccessDenied', DENIED),
    { kind: 'forbidden', native: { code: 'AccessDenied', httpStatus: 403 } },
    /STS answered AccessDenied to AssumeRole: User: .* that the role trusts them/,
  ],
  [
    'throttles',
    stsError(400, 'Throttling', 'Rate exceeded'),
    { kind: 'rate-limited', native: { code: 'Throttling', httpStatus: 400 } },
    /STS answered Throttling to AssumeRole: Rate exceeded/,
  ],
  ['answers 500', stsError(500, 'InternalFailure', 'oops'), { kind: 'unavailable' }, /STS answered InternalFailure to/],
  ['answers 503 in HTML', { status: 503, body: '<html>503</html>' }, { kind: 'unavailable' }, /STS answered .* to/],
  [
    'resets',
    'reset',
    { kind: 'unavailable', native: { code: 'ECONNRESET' } },
    /STS did not answer AssumeRole \(ECONNRESET\)/,
  ],
  [
    'rejects a wrong request',
    stsError(400, 'ValidationError', 'RoleSessionName is invalid'),
    { kind: 'unauthenticated' },
    /STS answered ValidationError/,
  ],
  [
    'answers without keys',
    { headers: { 'content-type': 'text/xml' }, body: '<a/>' },
    { kind: 'unauthenticated' },
    /STS/,
  ],
];

describe.each(AWS_SERVICES)('STS on the way to %s', (id) => {
  it.each(STS_FAILURES)(
    '%s: it is named, asked once, and the service gets no call',
    async (_what, said, shown, text) => {
      const sts = await serveIdentity(() => said);
      await awsHome(ROLE_FILES, { AWS_ENDPOINT_URL_STS: sts.url });
      const { call, asked } = await openService(id, { profile: 'r' });
      const error = await failureOf(call());
      expect(error).toMatchObject({ effect: 'none', ...shown });
      expect(error.message).toMatch(text);
      expect(error.message).toMatch(/could not get AWS credentials/);
      expect(asked()).toBe(0);
      expect(sts.heard).toHaveLength(1);
    },
  );
});

describe('a start behind the layers', () => {
  it.each([
    ['denied', stsError(403, 'AccessDenied', DENIED), 'forbidden', 1],
    ['not valid', stsError(400, 'ValidationError', 'no'), 'unauthenticated', 1],
    ['throttled', stsError(400, 'Throttling', 'Rate exceeded'), 'rate-limited', 5],
    ['failing', stsError(500, 'InternalFailure', 'oops'), 'unavailable', 5],
    ['reset', 'reset' as const, 'unavailable', 5],
  ])(
    'asks STS no more often than there are attempts: %s',
    async (_what, said, kind, calls) => {
      const sts = await serveIdentity(() => said);
      await awsHome(ROLE_FILES, { AWS_ENDPOINT_URL_STS: sts.url });
      const options = { region: 'us-east-1', workgroup: 'w', profile: 'r', endpoint: 'http://127.0.0.1:9' };
      await using sessions = await openSessions({ provider: athena(options) });
      const error = await failureOf(sessions.start());
      expect(error).toMatchObject({ kind, effect: 'none', operation: 'start' });
      expect(sts.heard).toHaveLength(calls);
    },
    30_000,
  );

  it('asks STS once for many sessions at the same time', async () => {
    const sts = await serveIdentity(() => assumedRole('AssumeRole', 'ASSUMED'));
    await awsHome(ROLE_FILES, { AWS_ENDPOINT_URL_STS: sts.url });
    const { call, asked } = await openService('athena', { profile: 'r' });
    await Promise.all(Array.from({ length: 8 }, () => call()));
    expect(asked()).toBe(8);
    expect(sts.heard).toHaveLength(1);
  });
});

describe('other sources of keys that fail', () => {
  it('a web identity that STS does not trust is named', async () => {
    const sts = await serveIdentity(() => stsError(400, 'InvalidIdentityToken', 'No OpenIDConnect provider found'));
    const { home, write } = await awsHome({});
    await write('token', 'a.web.token-that-is-secret');
    await awsHome(
      {},
      {
        AWS_ENDPOINT_URL_STS: sts.url,
        AWS_WEB_IDENTITY_TOKEN_FILE: `${home}/token`,
        AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/spark',
        AWS_REGION: 'us-east-1',
      },
    );
    const { call, asked } = await openService('athena');
    const error = await failureOf(call());
    expect(error).toMatchObject({
      kind: 'unauthenticated',
      effect: 'none',
      native: { code: 'InvalidIdentityTokenException' },
    });
    expect(error.message).toMatch(/STS answered InvalidIdentityTokenException to AssumeRoleWithWebIdentity/);
    expect(error.message).not.toContain('that-is-secret');
    expect(asked()).toBe(0);
  });

  it.each([
    [401, 'UnauthorizedException', 'unauthenticated'],
    [403, 'ForbiddenException', 'forbidden'],
    [429, 'TooManyRequestsException', 'rate-limited'],
    [500, 'InternalFailure', 'unavailable'],
  ])('IAM Identity Center that answers %i %s is named', async (status, code, kind) => {
    const portal = await serveIdentity(() => ({
      status,
      headers: { 'x-amzn-errortype': code, 'content-type': 'application/json' },
      body: JSON.stringify({ message: 'no' }),
    }));
    const { call, asked } = await ssoScene(portal.url);
    const error = await failureOf(call());
    expect(error).toMatchObject({ kind, effect: 'none' });
    expect(error.message).toMatch(/IAM Identity Center answered .* to GetRoleCredentials/);
    expect(asked()).toBe(0);
    expect(portal.heard).toHaveLength(1);
  });

  it.each([
    ['throws', () => Promise.reject(new Error('vault is sealed')), 'unauthenticated', /vault is sealed/],
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
    ['throws no error', () => Promise.reject('sealed'), 'unauthenticated', /not an Error/],
    [
      'has a timeout',
      () => Promise.reject(new DOMException('too slow', 'TimeoutError')),
      'unauthenticated',
      /too slow/,
    ],
    ['throws a frozen error', () => Promise.reject(Object.freeze(new Error('iced'))), 'unauthenticated', /iced/],
    ['returns nothing', () => Promise.resolve(undefined), 'unauthenticated', /no accessKeyId/],
    [
      'has STS throttle it',
      () =>
        Promise.reject(
          Object.assign(new Error('Rate exceeded'), { name: 'Throttling', $metadata: { httpStatusCode: 400 } }),
        ),
      'rate-limited',
      /Rate exceeded/,
    ],
  ])('a function that %s', async (_what, credentials, kind, text) => {
    await awsHome({});
    const { call, asked } = await openService('athena', { credentials });
    const error = await failureOf(call());
    expect(error).toMatchObject({ kind, effect: 'none' });
    expect(error.message).toMatch(text);
    expect(asked()).toBe(0);
  });

  const PROFILE = { profile: 'p' };
  const process = (command: string) => ({ config: `[profile p]\ncredential_process = ${command}\n` });

  it.each<readonly [string, Readonly<Record<string, string>>, Readonly<Record<string, unknown>>, RegExp]>([
    [
      'a process that fails',
      process('sh -c "echo please log in >&2; exit 3" --key=hush-hush'),
      PROFILE,
      /: credential_process failed: please log in;/,
    ],
    ['a process that fails silently', process('exit 3'), PROFILE, /: credential_process failed: it wrote nothing/],
    [
      'a process that prints no JSON',
      process('echo hi'),
      PROFILE,
      /: Profile p credential_process returned invalid JSON/,
    ],
    ['a profile that is not there', { config: '' }, PROFILE, /: Could not resolve credentials using profile: \[p\]/],
    ['a source profile that is not there', { config: ROLE_FILES.config }, { profile: 'r' }, /using profile: \[s\]/],
    ['nothing at all', {}, {}, /using profile: \[default\].*AWS_PROFILE/],
  ])('%s is named', async (_what, files, options, text) => {
    await awsHome(files);
    const { call, asked } = await openService('athena', options);
    const error = await failureOf(call());
    expect(error).toMatchObject({ kind: 'unauthenticated', effect: 'none' });
    expect(error.message).toMatch(text);
    expect(error.message).not.toContain('hush-hush');
    expect(asked()).toBe(0);
  });

  it.each<readonly [string, Said, string, RegExp]>([
    [
      'answers 500',
      { status: 500, body: 'x' },
      'unavailable',
      /the container's credentials endpoint 127.0.0.1 answered HTTP 500 to \/creds$/,
    ],
    [
      'answers 403',
      { status: 403, body: '{}' },
      'forbidden',
      /the container's credentials endpoint 127.0.0.1 answered HTTP 403 to/,
    ],
    ['resets', 'reset', 'unavailable', /the container's credentials endpoint 127.0.0.1 did not answer/],
  ])('a container agent that %s is named', { timeout: 20_000 }, async (_what, said, kind, text) => {
    const agent = await serveIdentity(() => said);
    await awsHome({}, { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.url}/creds` });
    const { call } = await openService('athena');
    const error = await failureOf(call());
    expect(error).toMatchObject({ kind, effect: 'none' });
    expect(error.message).toMatch(text);
  });

  it('a container agent that is silent is left with the call', async () => {
    const open = new Set<string>();
    const agent = await serveIdentity(({ path }) => {
      open.add(path);
      return 'silence';
    });
    await awsHome({}, { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.url}/creds` });
    const { call } = await openService('athena');
    const controller = new AbortController();
    const failed = failureOf(call(controller.signal));
    await expect.poll(() => open.size).toBe(1);
    controller.abort();
    expect((await failed).kind).toBe('aborted');
    await expect.poll(() => agent.connections()).toBe(0);
  });

  it.each<readonly [string, Said | undefined, string, RegExp]>([
    ['answers 500', { status: 500, body: 'x' }, 'unavailable', /EC2 instance metadata answered HTTP 500/],
    ['has no role', { status: 404, body: 'x' }, 'unauthenticated', /EC2 instance metadata answered HTTP 404/],
    ['is not there', undefined, 'unauthenticated', /could not get AWS credentials: .*aws sso login/],
  ])('instance metadata that %s', { timeout: 20_000 }, async (_what, said, kind, text) => {
    const url = said === undefined ? 'http://127.0.0.1:9' : (await serveIdentity(() => said)).url;
    await awsHome({}, { AWS_EC2_METADATA_DISABLED: 'false', AWS_EC2_METADATA_SERVICE_ENDPOINT: url });
    const { call } = await openService('athena');
    const error = await failureOf(call());
    expect(error).toMatchObject({ kind, effect: 'none' });
    expect(error.message).toMatch(text);
  });

  it('keys that have expired by a clock that is ahead are used until the service refuses them', async () => {
    await awsHome({});
    let asked = 0;
    const credentials = async () => {
      asked += 1;
      return { accessKeyId: `a${asked}`, secretAccessKey: 's', expiration: new Date(Date.now() - 3_600_000) };
    };
    const { call, emulator } = await openService('athena', { credentials });
    for (let index = 0; index < 5; index++) await call();
    expect(asked).toBe(1);
    const code = 'ExpiredTokenException';
    emulator.faults.add({ kind: 'error', code, httpStatus: 403, accessKeyId: 'a1', times: 9 });
    await call();
    expect(asked).toBe(2);
  });

  it('keys that work are used while their renewal fails, and the renewal is not repeated by every call', async () => {
    await awsHome({});
    let asked = 0;
    const credentials = async () => {
      asked += 1;
      if (asked > 1) throw new Error('sealed');
      return { accessKeyId: 'a', secretAccessKey: 's', expiration: new Date(Date.now() + 60_000) };
    };
    const { call, asked: calls } = await openService('athena', { credentials });
    await call();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 40_000 });
    onTestFinished(() => void vi.useRealTimers());
    for (let index = 0; index < 4; index++) await call();
    expect(calls()).toBe(5);
    expect(asked).toBe(2);
  });
});

async function ssoScene(url: string) {
  const config =
    '[profile p]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = us-east-1\nsso_account_id = 123456789012\nsso_role_name = Spark\n';
  const { home, write } = await awsHome({ config }, { AWS_ENDPOINT_URL_SSO: url });
  await mkdir(`${home}/.aws/sso/cache`, { recursive: true });
  const name = createHash('sha1').update('https://corp.awsapps.com/start').digest('hex');
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  await write(`.aws/sso/cache/${name}.json`, JSON.stringify({ accessToken: 'at', expiresAt }));
  return openService('athena', { profile: 'p' });
}

/** Ways to hang: the shell becomes the command, keeps it as a child, or pipes it. */
const HANGING = [
  ['a command', () => 'sleep 300', {}],
  ['a script', (home: string) => `${home}/hang.sh`, {}],
  ['a pipe of commands', () => 'sleep 300 | cat', {}],
  ['a role behind a script', (home: string) => `${home}/hang.sh`, { isRole: true }],
] as const;

describe('a credential_process that hangs', () => {
  it.each(HANGING)(
    '%s ends with the call that waits for it',
    async (_what, commandIn, { isRole = false }: { isRole?: boolean }) => {
      const { home, write } = await awsHome({
        'hang.sh': '#!/bin/sh\necho $$ > "$(dirname "$0")/pid"\nsleep 300\necho done\n',
      });
      await chmod(`${home}/hang.sh`, 0o755);
      const role = '[profile r]\nrole_arn = arn:aws:iam::123456789012:role/spark\nsource_profile = p\n';
      // The variable marks the processes of this test.
      await write('config', `[profile p]\ncredential_process = ${commandIn(home)}\n${role}`);
      const { call, asked } = await openService('athena', { profile: isRole ? 'r' : 'p' });
      const controller = new AbortController();
      const [first, second] = [failureOf(call(controller.signal)), failureOf(call(controller.signal))];
      await expect.poll(() => processesOf(home), { timeout: 10_000 }).not.toEqual([]);
      controller.abort();
      expect([(await first).kind, (await second).kind]).toEqual(['aborted', 'aborted']);
      await expect.poll(() => processesOf(home), { timeout: 2_000 }).toEqual([]);
      expect(asked()).toBe(0);
      // The next call starts it anew.
      await write(
        'config',
        `[profile p]\ncredential_process = echo '${KEYS}'\n${isRole ? "[profile r]\ncredential_process = echo '" + KEYS + "'\n" : ''}`,
      );
      await call();
      expect(asked()).toBe(1);
    },
  );

  it('ends with the command line on Ctrl-C', { timeout: 30_000 }, async () => {
    const { home, write } = await awsHome({
      config: '[profile p]\ncredential_process = sleep 300 | cat\nregion = us-east-1\n',
      'anysession.config.yaml':
        'environments:\n  dev:\n    provider: athena\n    region: us-east-1\n    workgroup: w\n    profile: p\n',
    });
    await write('package.json', '{}');
    const program = [
      fileURLToPath(import.meta.resolve('tsx')),
      fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url)),
    ];
    const child = spawn(process.execPath, ['--import', ...program, 'list'], { cwd: home });
    onTestFinished(() => void child.kill('SIGKILL'));
    const ended = once(child, 'close');
    await expect.poll(async () => (await processesOf(home)).length, { timeout: 20_000 }).toBeGreaterThan(2);
    child.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    expect(await processesOf(home)).toEqual([]);
  });

  it('lives on while another call waits for it', async () => {
    const { home, write } = await awsHome({});
    await write('config', `[profile p]\ncredential_process = sleep 2 && echo '${KEYS}'\n`);
    const { call, asked } = await openService('athena', { profile: 'p' });
    const controller = new AbortController();
    const impatient = failureOf(call(controller.signal));
    const patient = call();
    await expect.poll(() => processesOf(home), { timeout: 10_000 }).not.toEqual([]);
    controller.abort();
    expect((await impatient).kind).toBe('aborted');
    await patient;
    expect(asked()).toBe(1);
  });

  it('leaves the processes of the caller alone', async () => {
    const { write } = await awsHome({});
    await write('config', '[profile p]\ncredential_process = sleep 300\n');
    const { call } = await openService('athena', { profile: 'p' });
    const controller = new AbortController();
    const failed = failureOf(call(controller.signal));
    const own = spawn('sleep', ['60']);
    await wait(300);
    controller.abort();
    expect((await failed).kind).toBe('aborted');
    await wait(100);
    expect(own.exitCode ?? own.signalCode).toBeNull();
    own.kill();
  });
});

const KEYS = JSON.stringify({ Version: 1, AccessKeyId: 'PROCESS', SecretAccessKey: 's' });

/** The processes that have the home folder of a test in their environment, besides this one. */
async function processesOf(home: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const found: string[] = [];
  for (const pid of pids) {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (environment.split('\0').includes(`HOME=${home}`)) found.push(pid);
  }
  return found;
}
