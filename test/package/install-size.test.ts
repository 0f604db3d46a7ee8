import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { startEmulator } from '../../src/emulator/start-emulator.ts';
import { emptyFolder, install, pack, run } from './fresh-folder.ts';

interface Cloud {
  /** What users install besides anysession. */
  readonly packages: readonly string[];
  /** What it may come to, in megabytes of file content and in packages. */
  readonly most: { readonly megabytes: number; readonly packages: number };
  /** The environment of an emulated service, or a local one. */
  readonly environment: (urls: Emulator['urls']) => object;
  /** With DuckDB, which every install has by default. */
  readonly duckdb?: boolean;
}

const AWS = { region: 'us-east-1', credentials: { accessKeyId: 'AKIDTEST', secretAccessKey: 'not-a-secret' } };
const ROLE = 'arn:aws:iam::123456789012:role/test';

const CLOUDS: Readonly<Record<string, Cloud>> = {
  athena: {
    packages: ['@aws-sdk/client-athena'],
    most: { megabytes: 32, packages: 90 },
    environment: ({ athena: endpoint }) => ({ ...AWS, workgroup: 'spark35', endpoint }),
  },
  'emr-serverless': {
    packages: ['@aws-sdk/client-emr-serverless'],
    most: { megabytes: 32, packages: 90 },
    environment: ({ emrServerless: endpoint }) => ({
      ...AWS,
      applicationId: '00emulated1',
      executionRoleArn: ROLE,
      endpoint,
    }),
  },
  'emr-ec2': {
    packages: ['@aws-sdk/client-emr'],
    most: { megabytes: 32, packages: 90 },
    environment: ({ emr: endpoint }) => ({ ...AWS, clusterId: 'j-EMULATED1', endpoint }),
  },
  glue: {
    packages: ['@aws-sdk/client-glue'],
    most: { megabytes: 36, packages: 90 },
    environment: ({ glue: endpoint }) => ({ ...AWS, roleArn: ROLE, endpoint }),
  },
  healthomics: {
    packages: ['@aws-sdk/client-omics', '@aws-sdk/client-s3', '@aws-sdk/lib-storage'],
    most: { megabytes: 40, packages: 112 },
    environment: ({ healthomics: endpoint }) => ({ ...AWS, roleArn: ROLE, outputUri: 's3://results/x', endpoint }),
  },
  dataproc: {
    packages: ['@google-cloud/dataproc'],
    most: { megabytes: 50, packages: 145 },
    environment: ({ dataprocGrpc: endpoint }) => ({ project: 'p-123456', region: 'us-central1', endpoint }),
  },
  local: {
    packages: [],
    most: { megabytes: 100, packages: 70 },
    environment: () => ({}),
    duckdb: true,
  },
};

/** The sizes of all files: what they take on a disk depends on its blocks. */
function megabytesOf(folder: string): number {
  const sizes = readdirSync(folder, { recursive: true }).map((path) => lstatSync(join(folder, String(path))));
  return sizes.filter((stat) => stat.isFile()).reduce((sum, { size }) => sum + size, 0) / 1e6;
}

describe('an install for one cloud', () => {
  let folder: string;
  let tarball: string;
  let emulator: Emulator;

  beforeAll(async () => {
    folder = emptyFolder();
    tarball = (await pack(folder)).file;
    emulator = await startEmulator({
      services: ['athena', 'emr-serverless', 'emr', 'glue', 'dataproc', 'healthomics', 's3'],
    });
  });

  afterAll(async () => {
    await emulator.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Lists what lives in the emulated service; gives what the program prints. */
  async function list(provider: string, cloud: Cloud, application: string): Promise<string> {
    const environments = { only: { provider, ...cloud.environment(emulator.urls) } };
    const open = provider === 'healthomics' ? 'openBatches' : 'openSessions';
    const program = `
      import { ${open} as open } from 'anysession${open === 'openBatches' ? '/batches' : ''}';
      const all = await open({ environment: 'only', config: ${JSON.stringify({ environments })} });
      let live = 0;
      for await (const _ of all.list()) live += 1;
      console.log('live:', live);
      await all.close();`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], { cwd: application });
    return stdout;
  }

  it.each(Object.entries(CLOUDS))('%s is small and works', async (provider, cloud) => {
    const application = join(folder, provider);
    mkdirSync(application);
    await install(application, [...(cloud.duckdb === true ? [] : ['--omit=optional']), tarball, ...cloud.packages]);
    const { packages } = JSON.parse(readFileSync(join(application, 'node_modules/.package-lock.json'), 'utf8')) as {
      packages: object;
    };
    const megabytes = megabytesOf(join(application, 'node_modules'));
    expect(megabytes).toBeLessThan(cloud.most.megabytes);
    expect(Object.keys(packages).length).toBeLessThan(cloud.most.packages);

    expect(await list(provider, cloud, application)).toBe('live: 0\n');
  });

  it('dataproc works where a package sees only what it declares, as with pnpm', async () => {
    const application = join(folder, 'isolated');
    mkdirSync(application);
    await install(application, ['--install-strategy=linked', '--omit=optional', tarball, '@google-cloud/dataproc']);
    expect(readdirSync(join(application, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
      '@google-cloud',
      'anysession',
    ]);
    expect(await list('dataproc', CLOUDS['dataproc'] as Cloud, application)).toBe('live: 0\n');
  });

  it('without the package of another cloud names the line that installs it, and the one that runs without', async () => {
    const application = join(folder, 'athena');
    const environments = { gcp: { provider: 'dataproc', ...CLOUDS['dataproc']?.environment(emulator.urls) } };
    writeFileSync(join(application, 'anysession.config.json'), JSON.stringify({ environments }));
    const failed = run('npx', ['anysession', 'list', '--env', 'gcp'], { cwd: application });
    const { stderr } = await failed.then(
      () => ({ stderr: '' }),
      (error: unknown) => error as { stderr: string },
    );
    expect(stderr).toContain('npm install @google-cloud/dataproc\n');
    expect(stderr).toContain('npx -p anysession -p @google-cloud/dataproc anysession');
  });
});
