import type { OptionProblem, ParsedOptions } from '../../src/contract/provider-plugin.ts';
import { awsOptionClashes, awsOptionShapes, type AwsConfig, type AwsOptions } from '../_aws/aws-options.ts';
import { checkOptions, defaultOptions, type ObjectShape } from '../../src/provider-kit/option-shape.ts';

/** What the option `engine` takes. */
export const ENGINE_CHOICES = ['auto', 'pyspark-v3', 'spark-3.5'] as const;

/** What the option `engine` takes. */
export type EngineChoice = (typeof ENGINE_CHOICES)[number];

/** One of the two engines that run sessions: two data planes, tuned differently, behind one control plane. */
export type AthenaEngine = Exclude<EngineChoice, 'auto'>;

/** Engine settings by classification, for the Spark 3.5 engine. */
export interface Classification {
  /** 1..128 characters, such as `spark-defaults`. */
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
}

/** The options of the provider `athena`. */
export interface AthenaOptions extends AwsOptions {
  /** The Spark-enabled workgroup whose sessions these are; from `ANYSESSION_ATHENA_WORKGROUP` when absent. */
  readonly workgroup?: string;
  /** The role that sessions run as; the workgroup's own when absent. */
  readonly executionRoleArn?: string;
  /** `auto` reads the workgroup once, at the first start; `auto` by default. */
  readonly engine?: EngineChoice;
  /** Engine settings of every session; engine `spark-3.5` only. */
  readonly classifications?: readonly Classification[];
  /** A notebook that the session serves, with `notebookVersion`; engine `pyspark-v3` only. */
  readonly notebookId?: string;
  readonly notebookVersion?: string;
}

/** The options, read and checked. */
export interface AthenaConfig extends AwsConfig {
  readonly workgroup: string;
  readonly executionRoleArn: string | undefined;
  readonly engine: EngineChoice;
  readonly classifications: readonly Classification[] | undefined;
  readonly notebook: { readonly id: string; readonly version: string } | undefined;
}

/** Options that the environment may hold: the AWS names where AWS has one. */
export const ATHENA_VARIABLES = {
  region: 'AWS_REGION',
  profile: 'AWS_PROFILE',
  endpoint: 'AWS_ENDPOINT_URL_ATHENA',
  workgroup: 'ANYSESSION_ATHENA_WORKGROUP',
  executionRoleArn: 'ANYSESSION_ATHENA_EXECUTION_ROLE_ARN',
  engine: 'ANYSESSION_ATHENA_ENGINE',
  readsPerSecond: 'ANYSESSION_ATHENA_READS_PER_SECOND',
  writesPerSecond: 'ANYSESSION_ATHENA_WRITES_PER_SECOND',
  notebookId: 'ANYSESSION_ATHENA_NOTEBOOK_ID',
  notebookVersion: 'ANYSESSION_ATHENA_NOTEBOOK_VERSION',
} as const satisfies Partial<Record<keyof AthenaOptions, string>>;

/**
 * Calls a second that we allow ourselves. AWS publishes none for session calls; its query calls bear 100 gets, 5 lists and
 * 20 starts a second.
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
      description: 'The Spark-enabled workgroup whose sessions these are.',
    },
    executionRoleArn: {
      type: 'string',
      pattern: '^arn:aws[a-z-]*:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+$',
      title: 'the ARN of an IAM role such as arn:aws:iam::123456789012:role/spark',
      minLength: 20,
      maxLength: 2048,
      description: "The role that sessions run as; the workgroup's own when absent.",
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
      description: 'A notebook that the session serves, with notebookVersion; engine pyspark-v3 only.',
    },
    notebookVersion: {
      type: 'string',
      minLength: 1,
      maxLength: 128,
      description: 'The version of the notebook server, such as "Athena notebook version 1".',
    },
  },
  required: ['region', 'workgroup'],
  additionalProperties: false,
} as const satisfies ObjectShape;

/** Reads the options; tells all that is wrong at once. */
export function parseAthenaOptions(options: Readonly<Record<string, unknown>>): ParsedOptions<AthenaConfig> {
  // A function is a source of credentials too, and no JSON Schema can say so.
  const { credentials, ...others } = options;
  const plain = typeof credentials === 'function' ? others : options;
  const problems = [
    ...checkOptions(plain, ATHENA_OPTIONS_SHAPE),
    ...awsOptionClashes(options),
    ...engineClashes(options),
  ];
  if (problems.length > 0) return { ok: false, problems };
  // Safe: every member has just been checked against its shape, and those without a default are optional here too.
  const read = { ...defaultOptions(ATHENA_OPTIONS_SHAPE), ...defined(options) } as unknown as Omit<
    AthenaConfig,
    'notebook'
  > & { readonly notebookId?: string; readonly notebookVersion?: string };
  const { notebookId: id, notebookVersion: version } = read;
  return {
    ok: true,
    config: {
      region: read.region,
      profile: read.profile,
      credentials: read.credentials,
      endpoint: read.endpoint,
      readsPerSecond: read.readsPerSecond,
      writesPerSecond: read.writesPerSecond,
      workgroup: read.workgroup,
      executionRoleArn: read.executionRoleArn,
      engine: read.engine,
      classifications: read.classifications,
      notebook: id === undefined || version === undefined ? undefined : { id, version },
    },
  };
}

function engineClashes(options: Readonly<Record<string, unknown>>): readonly OptionProblem[] {
  const { engine, classifications, notebookId, notebookVersion } = options;
  const problems: OptionProblem[] = [];
  if (engine === 'pyspark-v3' && classifications !== undefined) {
    problems.push({
      path: ['classifications'],
      message: 'expected nothing with engine pyspark-v3, which takes `sparkConf` in the block `session` instead',
    });
  }
  if (engine === 'spark-3.5' && notebookId !== undefined) {
    problems.push({
      path: ['notebookId'],
      message: 'expected nothing with engine spark-3.5, which serves no notebooks',
    });
  }
  if ((notebookId === undefined) !== (notebookVersion === undefined)) {
    const missing = notebookId === undefined ? 'notebookId' : 'notebookVersion';
    problems.push({ path: [missing], message: 'expected notebookId and notebookVersion together; found one of them' });
  }
  return problems;
}

function defined(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
