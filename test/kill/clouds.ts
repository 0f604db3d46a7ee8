import type { EmulatorOptions, EmulatorUrls, ServiceId } from '../../src/emulator/index.ts';

/** One way to a cloud: its emulator, and the environment of a config file that leads to it. */
export interface Cloud {
  readonly service: ServiceId;
  /** The environment without the emulator's address; the member that holds the address is `address`. */
  readonly environment: { readonly provider: string; readonly [option: string]: unknown };
  readonly address: string;
  readonly url: (urls: EmulatorUrls) => string;
}

const AWS = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
  // The tests are about who ends a session, not about how fast.
  readsPerSecond: 1_000,
  writesPerSecond: 1_000,
} as const;
const GOOGLE = {
  provider: 'dataproc',
  project: 'kill-project',
  region: 'us-central1',
  readsPerSecond: 1_000,
  writesPerSecond: 1_000,
} as const;

/** Every cloud whose sessions outlive their process. */
export const CLOUDS = {
  athena: {
    service: 'athena',
    environment: { ...AWS, provider: 'athena', workgroup: 'spark35' },
    address: 'endpoint',
    url: ({ athena }) => athena,
  },
  'emr-serverless': {
    service: 'emr-serverless',
    environment: {
      ...AWS,
      provider: 'emr-serverless',
      applicationId: '00emulated1',
      executionRoleArn: 'arn:aws:iam::123456789012:role/spark',
    },
    address: 'endpoint',
    url: ({ emrServerless }) => emrServerless,
  },
  'emr-ec2': {
    service: 'emr',
    environment: { ...AWS, provider: 'emr-ec2', clusterId: 'j-EMULATED1' },
    address: 'endpoint',
    url: ({ emr }) => emr,
  },
  glue: {
    service: 'glue',
    environment: { ...AWS, provider: 'glue', roleArn: 'arn:aws:iam::123456789012:role/spark' },
    address: 'endpoint',
    url: ({ glue }) => glue,
  },
  'dataproc over gRPC': {
    service: 'dataproc',
    environment: GOOGLE,
    address: 'endpoint',
    url: ({ dataprocGrpc }) => dataprocGrpc,
  },
  'dataproc over REST': {
    service: 'dataproc',
    environment: { ...GOOGLE, transport: 'rest' },
    address: 'endpoint',
    url: ({ dataprocRest }) => dataprocRest,
  },
} as const satisfies Readonly<Record<string, Cloud>>;

/** The name of a row of {@link CLOUDS}. */
export type CloudName = keyof typeof CLOUDS;

/** Quotas far beyond the tests. */
export const EMULATED: EmulatorOptions = {
  startupMs: 0,
  athena: { spark35DpuQuota: 10_000 },
  emrServerless: { sessionQuota: 1_000 },
};
