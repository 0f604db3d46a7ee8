import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { athena } from '../../providers/athena/index.ts';
import { dataproc } from '../../providers/dataproc/index.ts';
import { emrEc2 } from '../../providers/emr-ec2/index.ts';
import { emrServerless } from '../../providers/emr-serverless/index.ts';
import { glue } from '../../providers/glue/index.ts';
import type { EmulatorUrls } from '../../src/emulator/emulator.ts';
import { startEmulator } from '../../src/emulator/start-emulator.ts';
import { openSessions } from '../../src/index.ts';
import { failureOf } from '../failure-of.ts';

const SECRET = 'SuperSecretValue123/+x';
const PLAIN = 'plain-value-0';

const AWS = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'AKIAEXAMPLEEXAMPLE01', secretAccessKey: 'a-secret-key-0123456789' },
};
const GOOGLE = { project: 'emulated-project', region: 'us-central1' };

/** How each provider takes a secret setting, in `sparkConf` and in its own options. */
const PROVIDERS = {
  athena: {
    open: ({ athena: endpoint }: EmulatorUrls) => athena({ ...AWS, workgroup: 'spark35', endpoint }),
    native: {
      EngineConfiguration: {
        Classifications: [{ Name: 'spark-defaults', Properties: { 'spark.my.password': SECRET } }],
      },
    },
    fault: { code: 'InvalidRequestException', operation: 'StartSession' },
  },
  'emr-serverless': {
    open: ({ emrServerless: endpoint }: EmulatorUrls) =>
      emrServerless({
        ...AWS,
        applicationId: '00emulated1',
        executionRoleArn: 'arn:aws:iam::123456789012:role/spark',
        endpoint,
      }),
    native: {
      configurationOverrides: {
        runtimeConfiguration: [{ classification: 'spark-defaults', properties: { 'spark.my.password': SECRET } }],
      },
    },
    fault: { code: 'ValidationException', operation: 'StartSession' },
  },
  'emr-ec2': {
    open: ({ emr: endpoint }: EmulatorUrls) => emrEc2({ ...AWS, clusterId: 'j-EMULATED1', endpoint }),
    native: {
      EngineConfigurations: [{ Classification: 'spark-defaults', Properties: { 'spark.my.password': SECRET } }],
    },
    fault: { code: 'InvalidRequestException', operation: 'StartSession' },
  },
  glue: {
    open: ({ glue: endpoint }: EmulatorUrls) =>
      glue({ ...AWS, roleArn: 'arn:aws:iam::123456789012:role/spark', endpoint }),
    native: { DefaultArguments: { '--my-password': SECRET } },
    fault: { code: 'InvalidInputException', operation: 'CreateSession' },
  },
  'dataproc over gRPC': {
    open: ({ dataprocGrpc: endpoint }: EmulatorUrls) => dataproc({ ...GOOGLE, endpoint }),
    native: { runtimeConfig: { properties: { 'spark.my.password': SECRET } } },
    fault: { code: 'INVALID_ARGUMENT', operation: 'CreateSession' },
  },
  'dataproc over REST': {
    open: ({ dataprocRest: endpoint }: EmulatorUrls) => dataproc({ ...GOOGLE, endpoint, transport: 'rest' }),
    native: { runtimeConfig: { properties: { 'spark.my.password': SECRET } } },
    fault: { code: 'INVALID_ARGUMENT', operation: 'CreateSession' },
  },
} as const;

/** How services repeat what they refuse. */
const ECHOES: readonly (readonly [string, (secret: string) => string])[] = [
  ['plain', (secret) => `Value '{spark.my.setting=${secret}}' at 'properties' failed to satisfy constraint`],
  ['in JSON', (secret) => JSON.stringify({ [PLAIN]: secret })],
  ['percent-encoded', encodeURIComponent],
  ['in base64', (secret) => Buffer.from(`{"x":"${secret}"}`).toString('base64')],
  ['in colours', (secret) => `${secret.slice(0, 8)}\u001B[31m${secret.slice(8)}`],
];

/** Everything that a log can take from an error. */
function textsOf(error: unknown): string {
  const causes: string[] = [];
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    causes.push(at.message, at.stack ?? '', JSON.stringify(at), inspect(at, { showHidden: true, depth: 12 }));
    causes.push(inspect(at, { customInspect: false, depth: 12 }));
  }
  return causes.join('\n');
}

describe.each(Object.entries(PROVIDERS))('secret settings that %s refuses', (_, { open, native, fault }) => {
  it.each(ECHOES)('are not in its error, where the service repeats them %s', async (_form, form) => {
    const emulator = await startEmulator({ services: ['athena', 'emr-serverless', 'emr', 'glue', 'dataproc'] });
    onTestFinished(() => emulator.close());
    await using sessions = await openSessions({ provider: open(emulator.urls) as ReturnType<typeof athena> });
    const message = `${form(SECRET)} and ${PLAIN} are not valid`;
    for (const settings of [
      { sparkConf: { 'spark.hadoop.fs.s3a.secret.key': SECRET, 'spark.my.setting': PLAIN } },
      { native: native as never },
    ]) {
      emulator.faults.add({ kind: 'error', httpStatus: 400, message, ...fault });
      const error = await failureOf(sessions.start(settings));
      expect(error.message).toContain(`${PLAIN} are not valid`);
      expect(error.message).toContain('…');
      expect(textsOf(error)).not.toContain(form(SECRET));
      expect(textsOf(error)).not.toMatch(/SuperSecret|etValue123/);
    }
  });
});
