import type { ObjectShape } from '../../src/provider-kit/option-shape.ts';
import type { ConfigOf } from '../../src/provider-kit/parse-options.ts';
import { awsOptionShapes, type AwsOptions, type PresentAwsOption } from '../_aws/aws-options.ts';

/** The clients of a session: Spark Connect, or code blocks through the API. */
export type GlueSessionType = 'spark-connect' | 'livy';

/** The options of the provider `glue`. */
export interface GlueOptions extends AwsOptions {
  /** The role that sessions run as; from `ANYSESSION_GLUE_ROLE_ARN` when absent. */
  readonly roleArn?: string | undefined;
  /** `spark-connect` by default: SQL, and Spark clients. `livy`: `session.calculate()`. */
  readonly sessionType?: GlueSessionType | undefined;
  /** The Glue version; `5.0` by default, the first one with Spark 3.5. */
  readonly glueVersion?: string | undefined;
  /** The type of the workers, such as `G.1X`, the default. */
  readonly workerType?: string | undefined;
  /** How many workers a session without `size` has, the driver included; 3 by default. */
  readonly numberOfWorkers?: number | undefined;
  /** The names of the Glue connections of every session. */
  readonly connections?: readonly string[] | undefined;
  /** Arguments of every session, such as `--enable-glue-datacatalog`. */
  readonly defaultArguments?: Readonly<Record<string, string>> | undefined;
  /**
   * Whether `start` may delete the record of an ended session that has the name, and start a new session under it. False by
   * default: then a start with the key of an ended session is a conflict.
   */
  readonly deleteRecord?: boolean | undefined;
}

/** The options after parsing. */
export type GlueConfig = ConfigOf<
  GlueOptions,
  PresentAwsOption | 'roleArn' | 'sessionType' | 'glueVersion' | 'workerType' | 'numberOfWorkers' | 'deleteRecord'
>;

/** Environment variables of the options: the AWS names where AWS has one. */
export const GLUE_VARIABLES = {
  region: 'AWS_REGION',
  profile: 'AWS_PROFILE',
  endpoint: 'AWS_ENDPOINT_URL_GLUE',
  roleArn: 'ANYSESSION_GLUE_ROLE_ARN',
  sessionType: 'ANYSESSION_GLUE_SESSION_TYPE',
  glueVersion: 'ANYSESSION_GLUE_VERSION',
  workerType: 'ANYSESSION_GLUE_WORKER_TYPE',
  numberOfWorkers: 'ANYSESSION_GLUE_NUMBER_OF_WORKERS',
  deleteRecord: 'ANYSESSION_GLUE_DELETE_RECORD',
  readsPerSecond: 'ANYSESSION_GLUE_READS_PER_SECOND',
  writesPerSecond: 'ANYSESSION_GLUE_WRITES_PER_SECOND',
} as const satisfies Partial<Record<keyof GlueOptions, string>>;

/** Our own limits, calls a second: AWS publishes none for session calls. */
const RATES = { reads: 5, writes: 1 };

/**
 * The options as JSON Schema.
 * @see https://docs.aws.amazon.com/glue/latest/webapi/API_CreateSession.html (lengths and patterns, read 2026-11-29)
 */
export const GLUE_OPTIONS_SHAPE = {
  type: 'object',
  properties: {
    ...awsOptionShapes(RATES),
    roleArn: {
      type: 'string',
      // Its account is a part of every handle.
      pattern: '^arn:aws[^:]*:iam::[0-9]{12}:role/.+$',
      title:
        'the ARN of an IAM role such as arn:aws:iam::123456789012:role/glue (option `roleArn` or variable ANYSESSION_GLUE_ROLE_ARN)',
      maxLength: 2048,
      description: 'The role that sessions run as.',
    },
    sessionType: {
      type: 'string',
      enum: ['spark-connect', 'livy'],
      default: 'spark-connect',
      description: 'The clients of a session: Spark Connect, or code blocks through the API (livy).',
    },
    glueVersion: {
      type: 'string',
      pattern: '^((\\w+\\.)+\\w+|auto)$',
      title: 'a Glue version such as 5.0, in quotes',
      maxLength: 255,
      default: '5.0',
      description: 'The Glue version of sessions.',
    },
    workerType: {
      type: 'string',
      pattern: '^(Standard|[GRZ]\\.[0-9]+X)$',
      title: 'a worker type such as G.1X',
      default: 'G.1X',
      description: 'The type of the workers.',
    },
    numberOfWorkers: {
      type: 'integer',
      minimum: 1,
      default: 3,
      description: 'How many workers a session without size has, the driver included.',
    },
    connections: {
      type: 'array',
      items: { type: 'string', minLength: 1, maxLength: 255 },
      description: 'The names of the Glue connections of every session.',
    },
    defaultArguments: {
      type: 'object',
      additionalProperties: { type: 'string', minLength: 0, maxLength: 4096 },
      description: 'Arguments of every session, such as --enable-glue-datacatalog.',
    },
    deleteRecord: {
      type: 'boolean',
      default: false,
      description: 'Whether a start may delete the record of an ended session of its key and start a new one.',
    },
  },
  required: ['region', 'roleArn'],
  additionalProperties: false,
} as const satisfies ObjectShape;
