import type { TestContext } from 'vitest';
import type { EmulatorOptions } from '../../src/emulator/emulator-options.ts';
import { startEmulator } from '../../src/emulator/start-emulator.ts';
import { configFolder } from '../config/config-folder.ts';
import { cli, type CliEnvironment } from './cli-run.ts';

const CREDENTIALS = 'credentials: { accessKeyId: AKIDTEST, secretAccessKey: none }';

/** The emulated clouds of sessions. */
export const CLOUDS = ['athena', 'emr-serverless', 'emr-ec2', 'glue', 'dataproc'] as const;

/** One of the emulated clouds. */
export type Cloud = (typeof CLOUDS)[number];

/** Keys are known per scope on one host, so each emulated cloud is a separate place. */
let places = 0;

const accountOf = (place: number): string => String(place).padStart(12, '1');

/** An emulated cloud, and a folder with two environments: `dev` of the owner `me`, and `theirs` of the owner `etl` in `theirs.yaml`. */
export async function cloud(
  name: Cloud,
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  startupMs = 0,
  { more = '', ...emulation }: EmulatorOptions & { readonly more?: string } = {},
) {
  const place = (places += 1);
  const emulator = await startEmulator({
    services: [name === 'emr-ec2' ? 'emr' : name],
    startupMs,
    ...emulation,
    athena: {
      ...emulation.athena,
      workgroups: { [`spark35-${place}`]: 'spark-3.5', ...emulation.athena?.workgroups },
    },
    emrServerless: { ...emulation.emrServerless, applications: { [`00emulated1${place}`]: {} } },
    emr: { ...emulation.emr, clusters: { [`j-EMULATED1${place}`]: {} } },
  });
  onTestFinished(() => emulator.close());
  const { urls } = emulator;
  const options = {
    athena: () => `region: us-east-1, workgroup: spark35-${place}, endpoint: "${urls.athena}", ${CREDENTIALS}`,
    'emr-serverless': () =>
      `region: us-east-1, applicationId: 00emulated1${place}, executionRoleArn: "arn:aws:iam::123456789012:role/spark", endpoint: "${urls.emrServerless}", ${CREDENTIALS}`,
    'emr-ec2': () => `region: us-east-1, clusterId: j-EMULATED1${place}, endpoint: "${urls.emr}", ${CREDENTIALS}`,
    // The account of the role is a part of the scope.
    glue: () =>
      `region: us-east-1, roleArn: "arn:aws:iam::${accountOf(place)}:role/spark", endpoint: "${urls.glue}", ${CREDENTIALS}`,
    dataproc: () => `project: my-project-${place}, region: us-central1, endpoint: "${urls.dataprocGrpc}"`,
  }[name]();
  const file = (owner: string) => `owner: ${owner}\nenvironments: { dev: { provider: ${name}, ${options}${more} } }\n`;
  const cwd = configFolder({ 'anysession.config.yaml': file('me'), 'theirs.yaml': file('etl') }, onTestFinished);
  const run = (args: readonly string[], environment: CliEnvironment = {}) => cli(args, { cwd, ...environment });
  return {
    emulator,
    cwd,
    /** The provider and its options, as in a config file. */
    options: `provider: ${name}, ${options}`,
    run,
    /** Starts a session with the command line; returns its id. */
    async start(...args: readonly string[]): Promise<string> {
      const { code, stdout, stderr } = await run(['start', ...args]);
      if (code !== 0) throw new Error(stderr);
      return (JSON.parse(stdout) as { readonly id: string }).id;
    },
    /** The calls that the emulator has answered since the last call of this. */
    calls: (() => {
      let seen = 0;
      return (): readonly string[] => {
        const all = emulator.log().map(({ operation = '' }) => operation);
        const fresh = all.slice(seen);
        seen = all.length;
        return fresh;
      };
    })(),
  };
}
