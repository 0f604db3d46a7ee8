import type { ParsedOptions } from '../../src/contract/provider-plugin.ts';
import { awsOptionClashes, awsOptionShapes, type AwsConfig, type AwsOptions } from '../_aws/aws-options.ts';
import { checkOptions, defaultOptions, type ObjectShape } from '../../src/provider-kit/option-shape.ts';

/** The options of the provider `healthomics`. */
export interface HealthOmicsOptions extends AwsOptions {
  /** The role that runs have unless a start names one; from `ANYSESSION_HEALTHOMICS_ROLE_ARN` when absent. */
  readonly roleArn?: string;
  /** Where results go unless a start says so, `s3://bucket/prefix`. */
  readonly outputUri?: string;
  /** Where lists of more than 100 runs are put for the service to read, `s3://bucket/prefix`; from `ANYSESSION_HEALTHOMICS_RUN_LIST_URI` when absent. */
  readonly runListUri?: string;
  /** Another address of S3, such as an emulator's. */
  readonly s3Endpoint?: string;
  /** How many runs a second the account's StartRun quota lets the service submit; 0.1 unless said, which is the quota of most regions. */
  readonly submissionsPerSecond?: number;
}

/** The options, read and checked. */
export interface HealthOmicsConfig extends AwsConfig {
  readonly roleArn: string | undefined;
  readonly outputUri: string | undefined;
  readonly runListUri: string | undefined;
  readonly s3Endpoint: string | undefined;
  readonly submissionsPerSecond: number;
}

/** Options that the environment may hold: the AWS names where AWS has one. */
export const HEALTHOMICS_VARIABLES = {
  region: 'AWS_REGION',
  profile: 'AWS_PROFILE',
  endpoint: 'AWS_ENDPOINT_URL_OMICS',
  s3Endpoint: 'AWS_ENDPOINT_URL_S3',
  roleArn: 'ANYSESSION_HEALTHOMICS_ROLE_ARN',
  outputUri: 'ANYSESSION_HEALTHOMICS_OUTPUT_URI',
  runListUri: 'ANYSESSION_HEALTHOMICS_RUN_LIST_URI',
  submissionsPerSecond: 'ANYSESSION_HEALTHOMICS_SUBMISSIONS_PER_SECOND',
  readsPerSecond: 'ANYSESSION_HEALTHOMICS_READS_PER_SECOND',
  writesPerSecond: 'ANYSESSION_HEALTHOMICS_WRITES_PER_SECOND',
} as const satisfies Partial<Record<keyof HealthOmicsOptions, string>>;

/**
 * Calls a second: GetBatch, ListRunsInBatch and ListRuns bear 10, StartRunBatch bears 1.
 * @see https://docs.aws.amazon.com/omics/latest/dev/service-quotas.html (read 2026-11-20)
 */
const RATES = { reads: 10, writes: 1 };

/** What an S3 URI looks like in the service's model, in 750 characters at most. */
export const S3_URI = '^s3://[a-z0-9][a-z0-9.\\-]{1,61}[a-z0-9](/.*)?$';

/** The address of a list is a tag of its batch, which takes 256 characters; its name, below this folder, takes 59 of them. */
const RUN_LIST_URI_MAX_LENGTH = 197;

/** What a role looks like. */
export const ROLE_ARN = '^arn:aws[a-zA-Z0-9-]*:iam::[0-9]{12}:role/.+$';

/** The options as JSON Schema. @see https://docs.aws.amazon.com/omics/latest/api/API_StartRunBatch.html (read 2026-11-20) */
export const HEALTHOMICS_OPTIONS_SHAPE = {
  type: 'object',
  properties: {
    ...awsOptionShapes(RATES),
    roleArn: {
      type: 'string',
      pattern: ROLE_ARN,
      title: 'the ARN of an IAM role such as arn:aws:iam::123456789012:role/omics',
      maxLength: 128,
      description: 'The role that runs have unless a start names one.',
    },
    outputUri: s3Uri('Where results go unless a start says so.'),
    runListUri: {
      ...s3Uri('Where lists of more than 100 runs are put for the service to read.'),
      maxLength: RUN_LIST_URI_MAX_LENGTH,
    },
    s3Endpoint: {
      type: 'string',
      pattern: '^https?://[^\\s/?#@]+(/[^\\s?#]*)?$',
      title: 'a URL such as http://127.0.0.1:4566',
      description: 'Another address of S3, such as an emulator’s.',
    },
    submissionsPerSecond: {
      type: 'number',
      exclusiveMinimum: 0,
      default: 0.1,
      description: 'Runs a second that the StartRun quota of the account lets the service submit.',
    },
  },
  required: ['region'],
  additionalProperties: false,
} as const satisfies ObjectShape;

/** Reads the options; tells all that is wrong at once. */
export function parseHealthOmicsOptions(options: Readonly<Record<string, unknown>>): ParsedOptions<HealthOmicsConfig> {
  // A function is a source of credentials too, and no JSON Schema can say so.
  const { credentials, ...others } = options;
  const plain = typeof credentials === 'function' ? others : options;
  const problems = [...checkOptions(plain, HEALTHOMICS_OPTIONS_SHAPE), ...awsOptionClashes(options)];
  if (problems.length > 0) return { ok: false, problems };
  const defined = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  // Safe: every member has just been checked against its shape, and those without a default are optional here too.
  const read = { ...defaultOptions(HEALTHOMICS_OPTIONS_SHAPE), ...defined } as unknown as HealthOmicsConfig;
  return {
    ok: true,
    config: {
      region: read.region,
      profile: read.profile,
      credentials: read.credentials,
      endpoint: read.endpoint,
      readsPerSecond: read.readsPerSecond,
      writesPerSecond: read.writesPerSecond,
      roleArn: read.roleArn,
      outputUri: read.outputUri,
      runListUri: read.runListUri,
      s3Endpoint: read.s3Endpoint,
      submissionsPerSecond: read.submissionsPerSecond,
    },
  };
}

function s3Uri(description: string) {
  return {
    type: 'string',
    pattern: S3_URI,
    title: 'an S3 URI such as s3://bucket/prefix',
    maxLength: 750,
    description,
  } as const;
}
