import { describe, expect, it } from 'vitest';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../../src/config/load-config.ts';
import { openSessions } from '../../../src/index.ts';
import { athena } from '../../../providers/athena/index.ts';
import { startEmulator } from '../../../src/emulator/start-emulator.ts';
import { failureOf } from '../../failure-of.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { TEST_CREDENTIALS } from '../athena/emulated-subject.ts';
import { ROLE } from './bench.ts';
import { awsHome } from './identity-server.ts';

const PROVIDERS = {
  athena: { options: { workgroup: 'w' }, endpoint: 'AWS_ENDPOINT_URL_ATHENA' },
  'emr-serverless': {
    options: { applicationId: '00emulated1', executionRoleArn: ROLE },
    endpoint: 'AWS_ENDPOINT_URL_EMR_SERVERLESS',
  },
  'emr-ec2': { options: { clusterId: 'j-EMULATED1' }, endpoint: 'AWS_ENDPOINT_URL_EMR' },
  glue: { options: { roleArn: ROLE }, endpoint: 'AWS_ENDPOINT_URL_GLUE' },
  healthomics: { options: {}, endpoint: 'AWS_ENDPOINT_URL_OMICS' },
} as const;

const CONFIG = `
[default]
region = eu-north-1
; region = us-west-9
[profile corp.dev]
s3 =
  region = ap-south-1
region=eu-west-3 # Paris
[sso-session corp.dev]
region = us-gov-east-1
[profile "two words"]
region = sa-east-1
[profile bare]
output = json
`;
const CREDENTIALS =
  '[keys]\r\naws_access_key_id = a\r\nregion = ca-central-1\r\n[corp.dev]\r\naws_access_key_id = b\r\n';

describe.each(Object.entries(PROVIDERS))('the environment of %s', (provider, { options, endpoint }) => {
  /** The options of the provider with the files above in a home folder. */
  async function read(written: object, variables: Readonly<Record<string, string>>) {
    const home = temporaryFolder();
    const files = { AWS_CONFIG_FILE: join(home, 'config'), AWS_SHARED_CREDENTIALS_FILE: join(home, 'credentials') };
    writeFileSync(files.AWS_CONFIG_FILE, CONFIG);
    writeFileSync(files.AWS_SHARED_CREDENTIALS_FILE, CREDENTIALS);
    const environments = { dev: { provider, ...options, ...written } };
    const { providerConfig } = await loadConfig({
      config: { environments },
      env: { HOME: home, ...files, ...variables },
    });
    return providerConfig as Readonly<Record<string, unknown>>;
  }

  it.each<readonly [object, Readonly<Record<string, string>>, string]>([
    [{ region: 'us-east-2' }, { AWS_REGION: 'us-east-1', AWS_DEFAULT_REGION: 'us-west-1' }, 'us-east-2'],
    [{}, { AWS_REGION: 'us-east-1', AWS_DEFAULT_REGION: 'us-west-1' }, 'us-east-1'],
    [{}, { AWS_REGION: '', AWS_DEFAULT_REGION: 'us-west-1' }, 'us-west-1'],
    [{ profile: 'corp.dev' }, { AWS_DEFAULT_REGION: 'us-west-1' }, 'us-west-1'],
    [{ profile: 'corp.dev' }, {}, 'eu-west-3'],
    [{ profile: 'two words' }, {}, 'sa-east-1'],
    [{ profile: 'keys' }, {}, 'ca-central-1'],
    [{}, { AWS_PROFILE: 'corp.dev' }, 'eu-west-3'],
    [{ profile: 'keys' }, { AWS_PROFILE: 'corp.dev' }, 'ca-central-1'],
    [{ credentials: TEST_CREDENTIALS }, { AWS_PROFILE: 'corp.dev' }, 'eu-west-3'],
    [{}, {}, 'eu-north-1'],
  ])('finds the region of %j with %j: %s', async (written, variables, region) => {
    expect((await read(written, variables))['region']).toBe(region);
  });

  it.each(['bare', 'nobody', 'default.x'])('says where a region can be when profile %s has none', async (profile) => {
    const error = await failureOf(read({ profile }, {}));
    expect(error.kind).toBe('config-invalid');
    expect(error.message).toMatch(/AWS_REGION or AWS_DEFAULT_REGION, or the region of the profile/);
  });

  it('names the profile whose region is wrong', async () => {
    const home = temporaryFolder();
    writeFileSync(join(home, 'config'), '[profile p]\nregion = Frankfurt\n');
    const error = await failureOf(read({ profile: 'p' }, { AWS_CONFIG_FILE: join(home, 'config') }));
    expect(error.message).toMatch(/region.*Frankfurt.*region of the AWS profile p/s);
  });

  it('keeps `credentials` when the shell has an AWS_PROFILE', async () => {
    const config = await read({ region: 'us-east-1', credentials: TEST_CREDENTIALS }, { AWS_PROFILE: 'corp.dev' });
    expect(config['credentials']).toEqual(TEST_CREDENTIALS);
    expect(config['profile']).toBeUndefined();
    const both = read({ region: 'us-east-1', credentials: TEST_CREDENTIALS, profile: 'keys' }, {});
    expect((await failureOf(both)).message).toMatch(/cannot be used together with `profile`/);
  });

  it.each<readonly [object, Readonly<Record<string, string>>, string | undefined]>([
    [{}, { [endpoint]: 'http://127.0.0.1:1', AWS_ENDPOINT_URL: 'http://127.0.0.1:2' }, 'http://127.0.0.1:1'],
    [{}, { AWS_ENDPOINT_URL: 'http://127.0.0.1:2' }, 'http://127.0.0.1:2'],
    [{}, { [endpoint]: 'http://127.0.0.1:1', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }, undefined],
    [{}, { AWS_ENDPOINT_URL: 'http://127.0.0.1:2', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }, undefined],
    [{}, { [endpoint]: 'http://127.0.0.1:1', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'false' }, 'http://127.0.0.1:1'],
    [{ endpoint: 'http://127.0.0.1:3' }, { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }, 'http://127.0.0.1:3'],
  ])('finds the endpoint of %j with %j: %s', async (written, variables, expected) => {
    const config = await read(written, variables);
    expect(config['endpoint']).toBe(expected);
    if (provider !== 'healthomics' || 'endpoint' in written) return;
    const s3 = await read(written, { ...variables, AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:4' });
    expect(s3['s3Endpoint']).toBe(expected === undefined ? undefined : 'http://127.0.0.1:4');
  });
});

describe('a provider given in code', () => {
  it('reads the environment by the same rules', async () => {
    await using emulator = await startEmulator({ services: ['athena'] });
    const env = {
      AWS_PROFILE: 'nobody',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: emulator.urls.athena,
    };
    await awsHome({}, env);
    const provider = athena({ workgroup: 'spark35', credentials: TEST_CREDENTIALS });
    await using sessions = await openSessions({ provider, env });
    for await (const _ of sessions.list()) throw new Error('there are no sessions');
    expect(new Set(emulator.log().map(({ operation }) => operation))).toEqual(new Set(['ListSessions']));
  });
});
