import type { ParsedOptions } from '../../src/contract/provider-plugin.ts';
import type { ObjectShape } from '../../src/provider-kit/option-shape.ts';
import { parseOptions, type ConfigOf } from '../../src/provider-kit/parse-options.ts';
import {
  awsOptionShapes,
  ONE_CREDENTIAL_SOURCE,
  S3_ENDPOINT_SHAPE,
  type AwsOptions,
  type PresentAwsOption,
} from '../_aws/aws-options.ts';

/** The options of the provider `healthomics`. */
export interface HealthOmicsOptions extends AwsOptions {
  /** The role of runs, if a start names none; from `ANYSESSION_HEALTHOMICS_ROLE_ARN` when absent. */
  readonly roleArn?: string | undefined;
  /** Where results go, if a start says nothing else, `s3://bucket/prefix`. */
  readonly outputUri?: string | undefined;
  /** Where lists of more than 100 runs are uploaded for the service, `s3://bucket/prefix`; from `ANYSESSION_HEALTHOMICS_RUN_LIST_URI` when absent. */
  readonly runListUri?: string | undefined;
  /** The URL of another S3 endpoint, such as an emulator. */
  readonly s3Endpoint?: string | undefined;
  /** The account's StartRun quota: how many runs a second the service submits. The default 0.1 is the quota of most regions. */
  readonly submissionsPerSecond?: number | undefined;
}

/** The options after parsing. */
export type HealthOmicsConfig = ConfigOf<HealthOmicsOptions, PresentAwsOption | 'submissionsPerSecond'>;

/** Environment variables of the options: the AWS names where AWS has one. */
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
 * Calls a second: the service allows 10 of GetBatch, ListRunsInBatch and ListRuns, and 1 of StartRunBatch.
 * @see https://docs.aws.amazon.com/omics/latest/dev/service-quotas.html (read 2026-11-20)
 */
const RATES = { reads: 10, writes: 1 };

/** The pattern of an S3 URI in the service's model, which allows 750 characters. */
export const S3_URI = '^s3://[a-z0-9][a-z0-9.\\-]{1,61}[a-z0-9](/.*)?$';

/** The URI of a list is a tag of its batch, so it has at most 256 characters; the name below this folder takes 59 of them. */
const RUN_LIST_URI_MAX_LENGTH = 197;

/** The pattern of a role's ARN. */
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
      description: 'The role of runs, if a start names none.',
    },
    outputUri: s3Uri('Where results go, if a start says nothing else.'),
    runListUri: {
      ...s3Uri('Where lists of more than 100 runs are uploaded for the service.'),
      maxLength: RUN_LIST_URI_MAX_LENGTH,
    },
    s3Endpoint: S3_ENDPOINT_SHAPE,
    submissionsPerSecond: {
      type: 'number',
      exclusiveMinimum: 0,
      default: 0.1,
      description: 'The StartRun quota of the account: how many runs a second the service submits.',
    },
  },
  required: ['region'],
  additionalProperties: false,
} as const satisfies ObjectShape;

/** Parses the options; reports all problems at once. */
export function parseHealthOmicsOptions(options: Readonly<Record<string, unknown>>): ParsedOptions<HealthOmicsConfig> {
  return parseOptions(options, HEALTHOMICS_OPTIONS_SHAPE, ONE_CREDENTIAL_SOURCE);
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
