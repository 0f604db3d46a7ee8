import type { OptionProblem, ParsedOptions } from '../../src/contract/provider-plugin.ts';
import type { ObjectShape } from '../../src/provider-kit/option-shape.ts';
import { parseOptions, type ConfigOf } from '../../src/provider-kit/parse-options.ts';
import {
  awsOptionShapes,
  ONE_CREDENTIAL_SOURCE,
  S3_ENDPOINT_SHAPE,
  type AwsOptions,
  type PresentAwsOption,
} from '../_aws/aws-options.ts';

/** The values of the option `engine`. */
export const ENGINE_CHOICES = ['auto', 'pyspark-v3', 'spark-3.5'] as const;

/** A value of the option `engine`. */
export type EngineChoice = (typeof ENGINE_CHOICES)[number];

/** One of the two engines that run sessions: two data planes with different settings behind one control plane. */
export type AthenaEngine = Exclude<EngineChoice, 'auto'>;

/** Engine settings by classification, for the Spark 3.5 engine. */
export interface Classification {
  /** 1..128 characters, such as `spark-defaults`. */
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
}

/** The options of the provider `athena`. */
export interface AthenaOptions extends AwsOptions {
  /** The Spark-enabled workgroup of the sessions; from `ANYSESSION_ATHENA_WORKGROUP` when absent. */
  readonly workgroup?: string | undefined;
  /** The role that sessions run as; the workgroup's role when absent. */
  readonly executionRoleArn?: string | undefined;
  /** `auto` reads the workgroup once, at the first start; `auto` by default. */
  readonly engine?: EngineChoice | undefined;
  /** Engine settings of every session; engine `spark-3.5` only. */
  readonly classifications?: readonly Classification[] | undefined;
  /** The notebook of the session, with `notebookVersion`; engine `pyspark-v3` only. */
  readonly notebookId?: string | undefined;
  /** The version of the notebook server. */
  readonly notebookVersion?: string | undefined;
  /** The URL of another S3 endpoint, from which the output of calculations is read. */
  readonly s3Endpoint?: string | undefined;
}

type ParsedAthenaOptions = ConfigOf<AthenaOptions, PresentAwsOption | 'workgroup' | 'engine'>;

/** The options after parsing. */
export type AthenaConfig = Omit<ParsedAthenaOptions, 'notebookId' | 'notebookVersion'> & {
  readonly notebook: { readonly id: string; readonly version: string } | undefined;
};

/** Environment variables of the options: the AWS names where AWS has one. */
export const ATHENA_VARIABLES = {
  region: 'AWS_REGION',
  profile: 'AWS_PROFILE',
  endpoint: 'AWS_ENDPOINT_URL_ATHENA',
  s3Endpoint: 'AWS_ENDPOINT_URL_S3',
  workgroup: 'ANYSESSION_ATHENA_WORKGROUP',
  executionRoleArn: 'ANYSESSION_ATHENA_EXECUTION_ROLE_ARN',
  engine: 'ANYSESSION_ATHENA_ENGINE',
  readsPerSecond: 'ANYSESSION_ATHENA_READS_PER_SECOND',
  writesPerSecond: 'ANYSESSION_ATHENA_WRITES_PER_SECOND',
  notebookId: 'ANYSESSION_ATHENA_NOTEBOOK_ID',
  notebookVersion: 'ANYSESSION_ATHENA_NOTEBOOK_VERSION',
} as const satisfies Partial<Record<keyof AthenaOptions, string>>;

/**
 * Our own limits, calls a second. AWS publishes none for session calls; for queries it allows 100 gets, 5 lists and 20 starts
 * a second.
 * @see https://docs.aws.amazon.com/athena/latest/ug/service-limits.html (read 2026-11-20)
 */
const RATES = { reads: 10, writes: 5 };

/**
 * The options as JSON Schema.
 * @see https://docs.aws.amazon.com/athena/latest/APIReference/API_StartSession.html (lengths and patterns, read 2026-11-20)
 */
export const ATHENA_OPTIONS_SHAPE = {
  type: 'object',
  properties: {
    ...awsOptionShapes(RATES),
    workgroup: {
      type: 'string',
      pattern: '^[a-zA-Z0-9._-]{1,128}$',
      title: 'the name of a Spark-enabled workgroup (option `workgroup` or variable ANYSESSION_ATHENA_WORKGROUP)',
      description: 'The Spark-enabled workgroup of the sessions.',
    },
    executionRoleArn: {
      type: 'string',
      pattern: '^arn:aws[a-z-]*:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+$',
      title: 'the ARN of an IAM role such as arn:aws:iam::123456789012:role/spark',
      minLength: 20,
      maxLength: 2048,
      description: "The role that sessions run as; the workgroup's role when absent.",
    },
    engine: {
      type: 'string',
      enum: ENGINE_CHOICES,
      default: 'auto',
      description: 'The engine of the workgroup; auto reads it from the workgroup once.',
    },
    classifications: {
      type: 'array',
      description: 'Engine settings of every session; engine spark-3.5 only.',
      items: {
        type: 'object',
        properties: {
          name: { type: 'string', minLength: 1, maxLength: 128 },
          properties: {
            type: 'object',
            additionalProperties: { type: 'string', minLength: 0, maxLength: 51_200 },
          },
        },
        required: ['name', 'properties'],
        additionalProperties: false,
      },
    },
    notebookId: {
      type: 'string',
      minLength: 1,
      maxLength: 36,
      description: 'The notebook of the session, with notebookVersion; engine pyspark-v3 only.',
    },
    notebookVersion: {
      type: 'string',
      minLength: 1,
      maxLength: 128,
      description: 'The version of the notebook server, such as "Athena notebook version 1".',
    },
    s3Endpoint: S3_ENDPOINT_SHAPE,
  },
  required: ['region', 'workgroup'],
  additionalProperties: false,
} as const satisfies ObjectShape;

/** Parses the options; reports all problems at once. */
export function parseAthenaOptions(options: Readonly<Record<string, unknown>>): ParsedOptions<AthenaConfig> {
  const parsed = parseOptions<ParsedAthenaOptions>(options, ATHENA_OPTIONS_SHAPE, ONE_CREDENTIAL_SOURCE, fitsEngine);
  if (!parsed.ok) return parsed;
  const { notebookId: id, notebookVersion: version, ...config } = parsed.config;
  const notebook = id === undefined || version === undefined ? undefined : { id, version };
  return { ok: true, config: { ...config, notebook } };
}

/** Checks that the options belong to the engine. */
function fitsEngine({
  engine,
  classifications,
  notebookId,
  notebookVersion,
}: Readonly<Record<string, unknown>>): readonly OptionProblem[] {
  const problems: OptionProblem[] = [];
  if (engine === 'pyspark-v3' && classifications !== undefined) {
    const message = 'cannot be used with engine pyspark-v3: use `sparkConf` in the block `session`';
    problems.push({ path: ['classifications'], message });
  }
  if (engine === 'spark-3.5' && notebookId !== undefined) {
    problems.push({ path: ['notebookId'], message: 'cannot be used with engine spark-3.5, which has no notebooks' });
  }
  if ((notebookId === undefined) !== (notebookVersion === undefined)) {
    const missing = notebookId === undefined ? 'notebookId' : 'notebookVersion';
    problems.push({ path: [missing], message: 'missing: notebookId and notebookVersion belong together' });
  }
  return problems;
}
