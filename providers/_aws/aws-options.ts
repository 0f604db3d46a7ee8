import type { OptionShape } from '../../src/provider-kit/option-shape.ts';
import { notBoth, type ConfigOf } from '../../src/provider-kit/parse-options.ts';

/** AWS access keys, as the SDK's credential chain returns them. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** Access keys, or a function that returns them; the SDK calls it again when they expire. */
export type AwsCredentialsSource = AwsCredentials | (() => Promise<AwsCredentials>);

/** The options of every AWS provider. */
export interface AwsOptions {
  /** The region, such as `us-east-1`; when absent from `AWS_REGION`, `AWS_DEFAULT_REGION`, or the profile. */
  readonly region?: string | undefined;
  /** A profile of the shared AWS files; from `AWS_PROFILE` when absent and `credentials` too. Without `profile` and `credentials` the SDK's default chain is used. */
  readonly profile?: string | undefined;
  /** Access keys or a function that returns them; a config file can hold a function only if it is a `.ts` or `.mjs` file. */
  readonly credentials?: AwsCredentialsSource | undefined;
  /** The URL of another endpoint of the service, such as a VPC endpoint or an emulator. */
  readonly endpoint?: string | undefined;
  /** How many describe and list calls a second the account allows. */
  readonly readsPerSecond?: number | undefined;
  /** How many start and terminate calls a second the account allows. */
  readonly writesPerSecond?: number | undefined;
}

/** The AWS options that are required or have a default. */
export type PresentAwsOption = 'region' | 'readsPerSecond' | 'writesPerSecond';

/** The same after parsing. */
export type AwsConfig = ConfigOf<AwsOptions, PresentAwsOption>;

/** The shapes of these options. @see https://docs.aws.amazon.com/general/latest/gr/rande.html (read 2026-11-20) */
export function awsOptionShapes(rates: {
  readonly reads: number;
  readonly writes: number;
}): Readonly<Record<keyof AwsOptions, OptionShape>> {
  return {
    region: {
      type: 'string',
      pattern: '^[a-z]{2,}(-[a-z0-9]+)+$',
      title:
        'an AWS region such as us-east-1 (option `region`, variable AWS_REGION or AWS_DEFAULT_REGION, or the region of the profile)',
      description: 'The AWS region.',
    },
    profile: {
      type: 'string',
      minLength: 1,
      maxLength: 256,
      description: 'A profile of the shared AWS config and credentials files.',
    },
    credentials: {
      type: 'object',
      description:
        'Access keys, or (in a .ts or .mjs config) a function that returns them. Without it the default chain is used.',
      properties: {
        accessKeyId: { type: 'string', minLength: 1, maxLength: 1024 },
        secretAccessKey: { type: 'string', minLength: 1, maxLength: 4096 },
        sessionToken: { type: 'string', minLength: 1, maxLength: 16384 },
      },
      required: ['accessKeyId', 'secretAccessKey'],
      additionalProperties: true,
    },
    endpoint: {
      type: 'string',
      pattern: '^https?://[^\\s/?#@]+(/[^\\s?#]*)?$',
      title: 'a URL such as https://vpce-….amazonaws.com or http://127.0.0.1:4566',
      description: 'The URL of another endpoint of the service: a VPC endpoint, an emulator.',
    },
    readsPerSecond: {
      type: 'number',
      exclusiveMinimum: 0,
      default: rates.reads,
      description: 'How many describe and list calls a second the account allows.',
    },
    writesPerSecond: {
      type: 'number',
      exclusiveMinimum: 0,
      default: rates.writes,
      description: 'How many start and terminate calls a second the account allows.',
    },
  };
}

/** The profile would be ignored where keys are given. */
export const ONE_CREDENTIAL_SOURCE = notBoth('profile', 'credentials');

/** The option for the role that sessions run as, as JSON Schema. */
export const EXECUTION_ROLE_SHAPE = {
  type: 'string',
  pattern: '^arn:aws[a-zA-Z0-9-]*:iam::[0-9]{12}:role/([\\x21-\\x7e]+/)?[\\w+=,.@\\-]+$',
  title: 'the ARN of an IAM role such as arn:aws:iam::123456789012:role/spark',
  minLength: 20,
  maxLength: 2048,
  description: 'The role that sessions run as.',
} as const;

/** The option for another S3 endpoint, as JSON Schema. */
export const S3_ENDPOINT_SHAPE = {
  type: 'string',
  pattern: '^https?://[^\\s/?#@]+(/[^\\s?#]*)?$',
  title: 'a URL such as http://127.0.0.1:4566',
  description: 'The URL of another S3 endpoint, such as an emulator.',
} as const;
