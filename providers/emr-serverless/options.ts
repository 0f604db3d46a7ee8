import type { ParsedOptions } from '../../src/contract/provider-plugin.ts';
import { awsOptionClashes, awsOptionShapes, type AwsConfig, type AwsOptions } from '../_aws/aws-options.ts';
import { checkOptions, defaultOptions, type ObjectShape } from '../../src/provider-kit/option-shape.ts';

/** The options of the provider `emr-serverless`. */
export interface EmrServerlessOptions extends AwsOptions {
  /** The application whose sessions these are; from `ANYSESSION_EMR_SERVERLESS_APPLICATION_ID` when absent. */
  readonly applicationId?: string;
  /** The role that sessions run as; from `ANYSESSION_EMR_SERVERLESS_EXECUTION_ROLE_ARN` when absent. */
  readonly executionRoleArn?: string;
  /**
   * Whether a start first checks the application, starts it where it is stopped, and waits until it runs: for applications that
   * do not start by themselves. False by default.
   */
  readonly startApplication?: boolean;
}

/** The options, read and checked. */
export interface EmrServerlessConfig extends AwsConfig {
  readonly applicationId: string;
  readonly executionRoleArn: string;
  readonly startApplication: boolean;
}

/** Options that the environment may hold: the AWS names where AWS has one. */
export const EMR_SERVERLESS_VARIABLES = {
  region: 'AWS_REGION',
  profile: 'AWS_PROFILE',
  endpoint: 'AWS_ENDPOINT_URL_EMR_SERVERLESS',
  applicationId: 'ANYSESSION_EMR_SERVERLESS_APPLICATION_ID',
  executionRoleArn: 'ANYSESSION_EMR_SERVERLESS_EXECUTION_ROLE_ARN',
  startApplication: 'ANYSESSION_EMR_SERVERLESS_START_APPLICATION',
  readsPerSecond: 'ANYSESSION_EMR_SERVERLESS_READS_PER_SECOND',
  writesPerSecond: 'ANYSESSION_EMR_SERVERLESS_WRITES_PER_SECOND',
} as const satisfies Partial<Record<keyof EmrServerlessOptions, string>>;

/**
 * Calls a second that we allow ourselves. AWS publishes none for session calls; its job runs bear 10 gets, 1 list and 1 start.
 * @see https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/endpoints-quotas.html (read 2026-11-20)
 */
const RATES = { reads: 5, writes: 1 };

/**
 * The options as JSON Schema.
 * @see https://docs.aws.amazon.com/emr-serverless/latest/APIReference/Welcome.html (lengths and patterns, read 2026-11-20)
 */
export const EMR_SERVERLESS_OPTIONS_SHAPE = {
  type: 'object',
  properties: {
    ...awsOptionShapes(RATES),
    applicationId: {
      type: 'string',
      pattern: '^[0-9a-z]{1,64}$',
      title: 'the id of an application (option `applicationId` or variable ANYSESSION_EMR_SERVERLESS_APPLICATION_ID)',
      description: 'The application whose sessions these are.',
    },
    executionRoleArn: {
      type: 'string',
      pattern: '^arn:aws[a-zA-Z0-9-]*:iam::[0-9]{12}:role/([\\x21-\\x7e]+/)?[\\w+=,.@\\-]+$',
      title: 'the ARN of an IAM role such as arn:aws:iam::123456789012:role/spark',
      minLength: 20,
      maxLength: 2048,
      description: 'The role that sessions run as.',
    },
    startApplication: {
      type: 'boolean',
      default: false,
      description:
        'Whether a start first checks the application, starts it where it is stopped, and waits until it runs.',
    },
  },
  required: ['region', 'applicationId', 'executionRoleArn'],
  additionalProperties: false,
} as const satisfies ObjectShape;

/** Reads the options; tells all that is wrong at once. */
export function parseEmrServerlessOptions(
  options: Readonly<Record<string, unknown>>,
): ParsedOptions<EmrServerlessConfig> {
  // A function is a source of credentials too, and no JSON Schema can say so.
  const { credentials, ...others } = options;
  const plain = typeof credentials === 'function' ? others : options;
  const problems = [...checkOptions(plain, EMR_SERVERLESS_OPTIONS_SHAPE), ...awsOptionClashes(options)];
  if (problems.length > 0) return { ok: false, problems };
  // Safe: every member has just been checked against its shape, and those without a default are optional here too.
  const read = {
    ...defaultOptions(EMR_SERVERLESS_OPTIONS_SHAPE),
    ...defined(options),
  } as unknown as EmrServerlessConfig;
  return {
    ok: true,
    config: {
      region: read.region,
      profile: read.profile,
      credentials: read.credentials,
      endpoint: read.endpoint,
      readsPerSecond: read.readsPerSecond,
      writesPerSecond: read.writesPerSecond,
      applicationId: read.applicationId,
      executionRoleArn: read.executionRoleArn,
      startApplication: read.startApplication,
    },
  };
}

function defined(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
