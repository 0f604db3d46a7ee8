import type { ObjectShape } from '../../src/provider-kit/option-shape.ts';
import type { ConfigOf } from '../../src/provider-kit/parse-options.ts';
import { awsOptionShapes, EXECUTION_ROLE_SHAPE, type AwsOptions, type PresentAwsOption } from '../_aws/aws-options.ts';

/** The options of the provider `emr-serverless`. */
export interface EmrServerlessOptions extends AwsOptions {
  /** The application of the sessions; from `ANYSESSION_EMR_SERVERLESS_APPLICATION_ID` when absent. */
  readonly applicationId?: string | undefined;
  /** The role that sessions run as; from `ANYSESSION_EMR_SERVERLESS_EXECUTION_ROLE_ARN` when absent. */
  readonly executionRoleArn?: string | undefined;
  /**
   * Whether `start` first checks the application, starts it if it is stopped, and waits until it runs: for applications without
   * autostart. False by default.
   */
  readonly startApplication?: boolean | undefined;
}

/** The options after parsing. */
export type EmrServerlessConfig = ConfigOf<
  EmrServerlessOptions,
  PresentAwsOption | 'applicationId' | 'executionRoleArn' | 'startApplication'
>;

/** Environment variables of the options: the AWS names where AWS has one. */
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
 * Our own limits, calls a second. AWS publishes none for session calls; for job runs it allows 10 gets, 1 list and 1 start.
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
      description: 'The application of the sessions.',
    },
    executionRoleArn: EXECUTION_ROLE_SHAPE,
    startApplication: {
      type: 'boolean',
      default: false,
      description: 'Whether a start first checks the application, starts it if it is stopped, and waits until it runs.',
    },
  },
  required: ['region', 'applicationId', 'executionRoleArn'],
  additionalProperties: false,
} as const satisfies ObjectShape;
