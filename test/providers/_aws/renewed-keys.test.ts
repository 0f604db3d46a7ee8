import { mkdir } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { athena } from '../../../providers/athena/index.ts';
import { startEmulator } from '../../../src/emulator/start-emulator.ts';
import { openSessions } from '../../../src/index.ts';
import { failureOf } from '../../failure-of.ts';
import { AWS_SERVICES, callUntil, openService, type AwsServiceId } from './aws-services.ts';
import { assumedRole, awsHome, serveIdentity, stsError, type Heard, type Said } from './identity-server.ts';

const EVER = 1e9;
const REFUSED: Readonly<Record<AwsServiceId, readonly string[]>> = {
  athena: ['ExpiredTokenException', 'UnrecognizedClientException'],
  'emr-serverless': ['ExpiredTokenException', 'UnrecognizedClientException'],
  emr: ['ExpiredTokenException', 'UnrecognizedClientException'],
  glue: ['ExpiredTokenException', 'UnrecognizedClientException'],
  healthomics: ['ExpiredTokenException', 'UnrecognizedClientException'],
  s3: ['ExpiredToken', 'InvalidAccessKeyId'],
};

const keys = (id: string, more = ''): string =>
  `aws_access_key_id = ${id}\naws_secret_access_key = s-${id}\naws_session_token = t-${id}\n${more}`;

/** A service that refuses the keys OLD from now on. */
async function scene(id: AwsServiceId, code: string, options: Readonly<Record<string, unknown>>) {
  const opened = await openService(id, options);
  return {
    ...opened,
    expire(accessKeyId = 'OLD') {
      opened.emulator.faults.add({ kind: 'error', code, httpStatus: 403, accessKeyId, times: EVER });
    },
  };
}

const CASES = AWS_SERVICES.flatMap((id) => REFUSED[id].map((code) => [id, code] as const));

describe('keys that were renewed while the process runs', () => {
  it.each(CASES)('in the credentials file are read again by %s after %s', async (id, code) => {
    const { write } = await awsHome({ credentials: `[default]\n${keys('OLD')}` });
    const { call, expire, asked } = await scene(id, code, {});
    await call();
    await write('credentials', `[default]\n${keys('NEW')}`);
    await call();
    expect(asked()).toBe(2);
    expire();
    await call();
    expect(asked()).toBe(4);
    await Promise.all(Array.from({ length: 10 }, () => call()));
    expect(asked()).toBe(14);
  });

  it.each(AWS_SERVICES)('are asked for once by ten calls of %s that are refused at the same time', async (id) => {
    await awsHome({});
    let given = 0;
    const credentials = async () => ({
      accessKeyId: (given += 1) === 1 ? 'OLD' : `NEW${given}`,
      secretAccessKey: 's',
    });
    const { call, expire } = await scene(id, REFUSED[id][0] ?? '', { credentials });
    await call();
    expire();
    await Promise.all(Array.from({ length: 10 }, () => call()));
    expect(given).toBe(2);
  });

  it('that are the same again are refused once a call, as expired', async () => {
    await awsHome({ credentials: `[default]\n${keys('OLD')}` });
    const { call, expire, asked } = await scene('athena', 'ExpiredTokenException', {});
    expire();
    const error = await failureOf(call());
    expect(error).toMatchObject({ kind: 'unauthenticated', effect: 'none', native: { code: 'ExpiredTokenException' } });
    expect(asked()).toBe(1);
  });

  it('of the source profile of a role are read again when STS refuses them', async () => {
    const sts = await serveIdentity(({ accessKeyId = '' }) =>
      accessKeyId === 'OLD'
        ? stsError(403, 'ExpiredToken', 'The security token included in the request is expired')
        : assumedRole('AssumeRole', `ROLE-${accessKeyId}`),
    );
    const role = 'role_arn = arn:aws:iam::123456789012:role/spark\nsource_profile = source\n';
    const { write } = await awsHome(
      { config: `[profile r]\n${role}`, credentials: `[source]\n${keys('OLD')}` },
      { AWS_ENDPOINT_URL_STS: sts.url },
    );
    const { call, asked } = await scene('athena', 'ExpiredTokenException', { profile: 'r' });
    const error = await failureOf(call());
    expect(error).toMatchObject({ kind: 'unauthenticated', effect: 'none' });
    expect(error.message).toMatch(/STS answered ExpiredToken to AssumeRole/);
    expect(asked()).toBe(0);
    await write('credentials', `[source]\n${keys('NEW')}`);
    await call();
    expect(sts.heard.map(({ accessKeyId }) => accessKeyId)).toEqual(['OLD', 'NEW']);
  });

  it('of a role are asked for again when the service refuses them', async () => {
    let issued = 0;
    const sts = await serveIdentity(() => assumedRole('AssumeRole', (issued += 1) === 1 ? 'OLD' : 'NEW'));
    await awsHome(
      {
        config: '[profile r]\nrole_arn = arn:aws:iam::123456789012:role/spark\nsource_profile = source\n',
        credentials: `[source]\n${keys('SOURCE')}`,
      },
      { AWS_ENDPOINT_URL_STS: sts.url },
    );
    const { call, expire } = await scene('emr-serverless', 'ExpiredTokenException', { profile: 'r' });
    await call();
    expire();
    await call();
    expect(issued).toBe(2);
  });

  it.each(['sso_session', 'legacy'])('of IAM Identity Center are used after `aws sso login` (%s)', async (style) => {
    const portal = await serveIdentity(({ path }) => roleCredentials(path));
    const session = 'sso_start_url = https://corp.awsapps.com/start\nsso_region = us-east-1\n';
    const account = 'sso_account_id = 123456789012\nsso_role_name = Spark\n';
    const config =
      style === 'legacy'
        ? `[profile p]\n${session}${account}`
        : `[sso-session corp]\n${session}[profile p]\nsso_session = corp\n${account}`;
    const { home, write } = await awsHome(
      { config },
      { AWS_ENDPOINT_URL_SSO: portal.url, AWS_ENDPOINT_URL_SSO_OIDC: portal.url },
    );
    await mkdir(`${home}/.aws/sso/cache`, { recursive: true });
    const name = style === 'legacy' ? 'https://corp.awsapps.com/start' : 'corp';
    const login = (hours: number) =>
      write(
        `.aws/sso/cache/${createHash('sha1').update(name).digest('hex')}.json`,
        JSON.stringify({ accessToken: 'at', expiresAt: new Date(Date.now() + hours * 3_600_000).toISOString() }),
      );
    await login(-1);
    const { call, asked } = await scene('athena', 'ExpiredTokenException', { profile: 'p' });
    const error = await failureOf(call());
    expect(error).toMatchObject({ kind: 'unauthenticated', effect: 'none' });
    expect(error.message).toMatch(/aws sso login/);
    await login(8);
    await call();
    expect(asked()).toBe(1);
    expect(portal.heard.map(({ path }) => path.replace(/\?.*/, ''))).toEqual(['/federation/credentials']);
  });

  it('of a container are asked for again when the service refuses them', async () => {
    let issued = 0;
    const agent = await serveIdentity(() => {
      issued += 1;
      const Expiration = new Date(Date.now() + 3_600_000).toISOString();
      const AccessKeyId = issued === 1 ? 'OLD' : 'NEW';
      return { headers: {}, body: JSON.stringify({ AccessKeyId, SecretAccessKey: 's', Token: 't', Expiration }) };
    });
    await awsHome({}, { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.url}/creds` });
    const { call, expire } = await scene('healthomics', 'ExpiredTokenException', {});
    await call();
    expire();
    await call();
    expect(issued).toBe(2);
  });

  it('of an instance are asked for again when the service refuses them', async () => {
    let issued = 0;
    const imds = await serveIdentity(({ path }) => instanceMetadata(path, () => ((issued += 1) === 1 ? 'OLD' : 'NEW')));
    await awsHome({}, { AWS_EC2_METADATA_DISABLED: 'false', AWS_EC2_METADATA_SERVICE_ENDPOINT: imds.url });
    const { call, expire } = await scene('athena', 'ExpiredTokenException', {});
    await call();
    expire();
    await call();
    expect(issued).toBe(2);
  });
});

describe('a list of runs in S3', () => {
  it('is uploaded and read with renewed keys, in one part and in several', async () => {
    const { write } = await awsHome({ credentials: `[default]\n${keys('KEYS0')}` });
    const { provider, emulator, call, expire } = await scene('s3', 'ExpiredToken', {
      runListUri: 's3://lists/cohort/',
    });
    if (!('stageRuns' in provider)) throw new Error('healthomics has batches');
    await call();
    let generation = 0;
    const renew = async (): Promise<void> => {
      expire(`KEYS${generation}`);
      generation += 1;
      await write('credentials', `[default]\n${keys(`KEYS${generation}`)}`);
    };
    for (const parts of [1, 2]) {
      const line = Buffer.from(`[\n{"runSettingId":"a","name":"${'x'.repeat(parts === 1 ? 9 : 9_000_000)}"}\n]\n`);
      async function* open() {
        yield line;
      }
      await renew();
      const runs = { count: 1, sizeBytes: line.length, digest: `${parts}`.repeat(64), open };
      const { uri } = await provider.stageRuns(runs, 'token', callUntil());
      await renew();
      const read = [];
      for await (const run of provider.readStagedRuns(uri, callUntil())) read.push(run.id);
      expect(read).toEqual(['a']);
    }
    const refused = emulator.log().filter(({ errorCode }) => errorCode === 'ExpiredToken');
    expect(new Set(refused.map(({ operation }) => operation))).toEqual(
      new Set(['PutObject', 'GetObject', 'CreateMultipartUpload']),
    );
  });
});

describe('a session that we own', () => {
  it('is ended with renewed keys when the program closes', async () => {
    const { write } = await awsHome({ credentials: `[default]\n${keys('OLD')}` });
    await using emulator = await startEmulator({ services: ['athena'], startupMs: 1 });
    const endpoint = emulator.urls.athena;
    const provider = athena({ region: 'us-east-1', workgroup: 'spark35', endpoint });
    const sessions = await openSessions({ provider });
    await (await sessions.start()).whenReady();
    expect(emulator.oracle.live('athena')).toHaveLength(1);
    emulator.faults.add({
      kind: 'error',
      code: 'ExpiredTokenException',
      httpStatus: 400,
      accessKeyId: 'OLD',
      times: EVER,
    });
    await write('credentials', `[default]\n${keys('NEW')}`);
    await sessions.close();
    expect(emulator.oracle.live('athena')).toEqual([]);
  });
});

function roleCredentials(path: string): Said {
  if (!path.startsWith('/federation/credentials')) return { status: 400, body: '{"error":"invalid_grant"}' };
  const keys = { accessKeyId: 'SSO', secretAccessKey: 's', sessionToken: 't', expiration: Date.now() + 3_600_000 };
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ roleCredentials: keys }) };
}

function instanceMetadata(path: Heard['path'], accessKeyId: () => string): Said {
  if (path.endsWith('/token')) return { body: 'imds-token' };
  if (path.endsWith('/security-credentials/')) return { body: 'role' };
  const Expiration = new Date(Date.now() + 3_600_000).toISOString();
  const body = { Code: 'Success', AccessKeyId: accessKeyId(), SecretAccessKey: 's', Token: 't', Expiration };
  return { body: JSON.stringify(body) };
}
