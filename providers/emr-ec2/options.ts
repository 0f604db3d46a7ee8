import type { ObjectShape } from '../../src/provider-kit/option-shape.ts';
import type { ConfigOf } from '../../src/provider-kit/parse-options.ts';
import { awsOptionShapes, EXECUTION_ROLE_SHAPE, type AwsOptions, type PresentAwsOption } from '../_aws/aws-options.ts';

/** The options of the provider `emr-ec2`. */
export interface EmrEc2Options extends AwsOptions {
  /** The cluster of the sessions; from `ANYSESSION_EMR_EC2_CLUSTER_ID` when absent. */
  readonly clusterId?: string | undefined;
  /**
   * The role that sessions run as; from `ANYSESSION_EMR_EC2_EXECUTION_ROLE_ARN` when absent. Without it they run as the instance
   * profile of the cluster.
   */
  readonly executionRoleArn?: string | undefined;
  /** Settings of every session by classification, such as `spark-defaults`. The portable options and `native` of a start win. */
  readonly engineConfigurations?: readonly EmrEc2Classification[] | undefined;
  /** Where the logs of every session go; nowhere but on the cluster by default. `native.MonitoringConfiguration` of a start replaces it. */
  readonly monitoring?: EmrEc2Monitoring | undefined;
}

/** Settings of one classification. */
export interface EmrEc2Classification {
  readonly classification: string;
  readonly properties: Readonly<Record<string, string>>;
}

/** Where logs go. */
export interface EmrEc2Monitoring {
  /** An address such as `s3://bucket/logs/`. */
  readonly s3LogUri?: string | undefined;
  readonly cloudWatchLogGroup?: string | undefined;
  /** Whether EMR keeps them, for its console. */
  readonly managed?: boolean | undefined;
}

/** The options after parsing. */
export type EmrEc2Config = ConfigOf<EmrEc2Options, PresentAwsOption | 'clusterId'>;

/** Environment variables of the options: the AWS names where AWS has one. */
export const EMR_EC2_VARIABLES = {
  region: 'AWS_REGION',
  profile: 'AWS_PROFILE',
  endpoint: 'AWS_ENDPOINT_URL_EMR',
  clusterId: 'ANYSESSION_EMR_EC2_CLUSTER_ID',
  executionRoleArn: 'ANYSESSION_EMR_EC2_EXECUTION_ROLE_ARN',
  readsPerSecond: 'ANYSESSION_EMR_EC2_READS_PER_SECOND',
  writesPerSecond: 'ANYSESSION_EMR_EC2_WRITES_PER_SECOND',
} as const satisfies Partial<Record<keyof EmrEc2Options, string>>;

/** Our own limits, calls a second: AWS publishes none for session calls. */
const RATES = { reads: 5, writes: 1 };

/** The options as JSON Schema. */
export const EMR_EC2_OPTIONS_SHAPE = {
  type: 'object',
  properties: {
    ...awsOptionShapes(RATES),
    clusterId: {
      type: 'string',
      pattern: '^j-[0-9A-Za-z]{1,254}$',
      title:
        'the id of a cluster such as j-2AXXXXXXGAPLF (option `clusterId` or variable ANYSESSION_EMR_EC2_CLUSTER_ID)',
      description: 'The cluster of the sessions.',
    },
    executionRoleArn: EXECUTION_ROLE_SHAPE,
    engineConfigurations: {
      type: 'array',
      description: 'Settings of every session by classification, such as spark-defaults.',
      items: {
        type: 'object',
        properties: {
          classification: { type: 'string', minLength: 1 },
          properties: { type: 'object', additionalProperties: { type: 'string', minLength: 0 } },
        },
        required: ['classification', 'properties'],
        additionalProperties: false,
      },
    },
    monitoring: {
      type: 'object',
      description: 'Where the logs of every session go.',
      properties: {
        s3LogUri: { type: 'string', pattern: '^s3://.+$', title: 'an address such as s3://bucket/logs/' },
        cloudWatchLogGroup: { type: 'string', minLength: 1 },
        managed: { type: 'boolean', description: 'Whether EMR keeps them, for its console.' },
      },
      additionalProperties: false,
    },
  },
  required: ['region', 'clusterId'],
  additionalProperties: false,
} as const satisfies ObjectShape;
