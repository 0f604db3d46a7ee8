import type { OptionProblem } from '../../src/contract/provider-plugin.ts';
import type { OptionShape } from '../../src/provider-kit/option-shape.ts';

/** Keys of AWS, as its credential chain gives them. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** Keys, or a function that fetches them whenever they run out. */
export type AwsCredentialsSource = AwsCredentials | (() => Promise<AwsCredentials>);

/** The options that every AWS provider takes. */
export interface AwsOptions {
  /** The region, such as `us-east-1`; from `AWS_REGION` when absent. */
  readonly region?: string;
  /** A profile of the shared AWS files; from `AWS_PROFILE` when absent. Without any credential option the default chain decides. */
  readonly profile?: string;
  /** Keys or a function that fetches them; a function can be given in a `.ts` or `.mjs` config only. */
  readonly credentials?: AwsCredentialsSource;
  /** Another address of the service, such as a VPC endpoint or an emulator. */
  readonly endpoint?: string;
  /** How many describes and lists a second the account bears. */
  readonly readsPerSecond?: number;
  /** How many starts and terminates a second the account bears. */
  readonly writesPerSecond?: number;
}

/** The same, read and checked. */
export interface AwsConfig {
  readonly region: string;
  readonly profile: string | undefined;
  readonly credentials: AwsCredentialsSource | undefined;
  readonly endpoint: string | undefined;
  readonly readsPerSecond: number;
  readonly writesPerSecond: number;
}

/** The shapes of the common options. @see https://docs.aws.amazon.com/general/latest/gr/rande.html (read 2026-11-20) */
export function awsOptionShapes(rates: {
  readonly reads: number;
  readonly writes: number;
}): Readonly<Record<keyof AwsOptions, OptionShape>> {
  return {
    region: {
      type: 'string',
      pattern: '^[a-z]{2,}(-[a-z0-9]+)+$',
      title: 'an AWS region such as us-east-1 (option `region` or variable AWS_REGION)',
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
      description: 'Keys, or (in a .ts or .mjs config) a function that fetches them. The default chain when absent.',
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
      description: 'Another address of the service: a VPC endpoint, an emulator.',
    },
    readsPerSecond: {
      type: 'number',
      exclusiveMinimum: 0,
      default: rates.reads,
      description: 'Describes and lists a second that the account bears.',
    },
    writesPerSecond: {
      type: 'number',
      exclusiveMinimum: 0,
      default: rates.writes,
      description: 'Starts and terminates a second that the account bears.',
    },
  };
}

/** Options that more than one source names, which would leave the reader guessing. */
export function awsOptionClashes(options: Readonly<Record<string, unknown>>): readonly OptionProblem[] {
  return options['profile'] !== undefined && options['credentials'] !== undefined
    ? [{ path: ['credentials'], message: 'expected nothing beside `profile`: give one of the two' }]
    : [];
}
