import type { GetObjectCommandOutput, S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import type * as s3Module from '@aws-sdk/client-s3';
import { SessionError } from '../../src/contract/session-error.ts';
import { requireFromWorkingFolder, requirePeer } from '../../src/provider-kit/load-peer.ts';
import type { AwsConfig } from './aws-options.ts';
import { toClientConfig } from './client-config.ts';
import { takeCredentials } from './credential-source.ts';
import { withRepair, type SigningClient } from './with-repair.ts';
import { withoutNodeWarning } from './without-node-warning.ts';

/** The package that is loaded when an object is read or written. */
export const S3_SDK = '@aws-sdk/client-s3';

/**
 * What S3 answers to reads and writes of objects.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (read 2026-11-20)
 */
export const S3_ERRORS = {
  NoSuchBucket: 'not-found',
  NoSuchKey: 'not-found',
  NotFound: 'not-found',
  PermanentRedirect: 'config-invalid',
  EntityTooLarge: 'invalid-request',
  InvalidBucketName: 'config-invalid',
} as const;

/** Where S3 is. */
export type S3Config = AwsConfig & { readonly s3Endpoint: string | undefined };

interface Connection extends SigningClient {
  readonly client: S3Client;
}

/** A client of S3, with the credentials and the region of a provider. Loads the SDK at its first use. */
export class S3Objects {
  readonly #config: S3Config;
  readonly #settings: S3ClientConfig;
  #connection: Connection | undefined;

  constructor(config: S3Config, settings: S3ClientConfig = {}) {
    this.#config = config;
    this.#settings = settings;
  }

  /** Uses the client; renews expired credentials. */
  async use<Answer>(
    signal: AbortSignal,
    send: (client: S3Client, sdk: typeof s3Module) => Promise<Answer>,
  ): Promise<Answer> {
    const sdk = await loadS3();
    const connection = (this.#connection ??= connect(sdk, this.#config, this.#settings));
    return withRepair(connection, signal, () => send(connection.client, sdk));
  }

  /** Asks for an object; its `Body` is a stream. */
  get(at: S3Place, signal: AbortSignal): Promise<GetObjectCommandOutput> {
    return this.use(signal, (client, { GetObjectCommand }) =>
      client.send(new GetObjectCommand(at), { abortSignal: signal }),
    );
  }

  async remove(at: S3Place, signal: AbortSignal): Promise<void> {
    await this.use(signal, (client, { DeleteObjectCommand }) =>
      client.send(new DeleteObjectCommand(at), { abortSignal: signal }),
    );
  }

  close(): void {
    this.#connection?.client.destroy();
    this.#connection = undefined;
  }
}

/** With the SDK's request handler, because objects are streams of any size. */
function connect({ S3Client }: typeof s3Module, config: S3Config, more: S3ClientConfig): Connection {
  const { requestHandler: _, endpoint: _service, maxAttempts: _attempts, ...settings } = toClientConfig(config);
  const address = config.s3Endpoint === undefined ? {} : { endpoint: config.s3Endpoint, forcePathStyle: true };
  const client = withoutNodeWarning(() => new S3Client({ ...settings, ...address, ...more }));
  return { client, credentials: takeCredentials(client, config) };
}

/** A bucket and a key. */
export interface S3Place {
  readonly Bucket: string;
  readonly Key: string;
}

/** @throws SessionError `invalid-request` for a URI that is not of an object. */
export function parseS3Uri(uri: string, asked: { readonly operation: string; readonly provider: string }): S3Place {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  if (bucket !== undefined && key !== undefined) return { Bucket: bucket, Key: key };
  throw new SessionError('invalid-request', `'${uri}' is not the URI of an object (s3://bucket/key)`, asked);
}

async function loadS3(): Promise<typeof s3Module> {
  try {
    return (requirePeer(S3_SDK) as typeof s3Module | undefined) ?? (await import('@aws-sdk/client-s3'));
  } catch (cause) {
    return requireFromWorkingFolder(cause, S3_SDK) as typeof s3Module;
  }
}
