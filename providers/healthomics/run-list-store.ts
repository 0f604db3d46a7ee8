import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { InlineSetting } from '@aws-sdk/client-omics';
import type { S3Client } from '@aws-sdk/client-s3';
import type * as s3Module from '@aws-sdk/client-s3';
import type * as storageModule from '@aws-sdk/lib-storage';
import { SessionError } from '../../src/contract/session-error.ts';
import type { ProviderPorts } from '../../src/contract/provider-plugin.ts';
import type { RunList, StagedRuns } from '../../src/contract/run-list.ts';
import { toClientConfig } from '../_aws/client-config.ts';
import { takeCredentials } from '../_aws/credential-source.ts';
import { withRepair, type SigningClient } from '../_aws/with-repair.ts';
import { withoutNodeWarning } from '../_aws/without-node-warning.ts';
import { requireFromWorkingFolder, requirePeer } from '../../src/provider-kit/load-peer.ts';
import type { HealthOmicsConfig } from './options.ts';
import { PartRetries } from './part-retries.ts';

/** The packages that are loaded when a batch has too many runs for its request. */
export const S3_SDK = '@aws-sdk/client-s3';
/** The package that uploads in parts. */
export const STORAGE_SDK = '@aws-sdk/lib-storage';

/** How many parts are in memory at once: with their size, the memory of an upload of any length. */
const PARTS_AT_ONCE = 3;
/** A list of 6 GB in parts of this size has far fewer than the 10,000 parts that S3 allows. */
const PART_BYTES = 8 * 1024 ** 2;

interface Connection extends SigningClient {
  readonly client: S3Client;
}

/** Run lists in S3, one object each. */
export class RunListStore {
  readonly #config: HealthOmicsConfig;
  readonly #retries: PartRetries;
  #connection: Connection | undefined;

  constructor(config: HealthOmicsConfig, ports: Pick<ProviderPorts, 'clock' | 'random'>) {
    this.#config = config;
    this.#retries = new PartRetries(ports);
  }

  /** Uploads a list in parts; an abort removes the parts. */
  async put(
    runs: RunList,
    at: { readonly folder: string; readonly name: string },
    signal: AbortSignal,
  ): Promise<StagedRuns> {
    const { Upload } = await loadStorage();
    const uri = `${at.folder.replace(/\/+$/, '')}/${at.name}`;
    const eTag = await this.#send(signal, async (client) => {
      const upload = new Upload({
        client,
        params: { ...parseS3Uri(uri), Body: Readable.from(runs.open()), ContentType: 'application/json' },
        partSize: PART_BYTES,
        queueSize: PARTS_AT_ONCE,
      });
      const stop = (): void => void upload.abort();
      signal.addEventListener('abort', stop, { once: true });
      try {
        return (await upload.done()).ETag;
      } finally {
        signal.removeEventListener('abort', stop);
      }
    });
    if (eTag !== undefined) return { uri, eTag };
    throw new SessionError('unexpected', `the answer of S3 has no ETag for ${uri}; start again`, {
      operation: 'stageRuns',
    });
  }

  /** Reads a list that {@link RunListStore.put} wrote: an array with one entry per line. */
  async *read(uri: string, signal: AbortSignal): AsyncGenerator<InlineSetting, void, undefined> {
    const { GetObjectCommand } = await loadS3();
    const get = (client: S3Client) => client.send(new GetObjectCommand(parseS3Uri(uri)), { abortSignal: signal });
    const { Body } = await this.#send(signal, get);
    for await (const line of createInterface({ input: Body as Readable, crlfDelay: Number.POSITIVE_INFINITY })) {
      const entry = line.replace(/,$/, '');
      if (entry.startsWith('{')) yield JSON.parse(entry) as InlineSetting;
    }
  }

  async remove(uri: string, signal: AbortSignal): Promise<void> {
    const { DeleteObjectCommand } = await loadS3();
    await this.#send(signal, (client) =>
      client.send(new DeleteObjectCommand(parseS3Uri(uri)), { abortSignal: signal }),
    );
  }

  close(): void {
    this.#connection?.client.destroy();
    this.#connection = undefined;
  }

  async #send<Answer>(signal: AbortSignal, send: (client: S3Client) => Promise<Answer>): Promise<Answer> {
    const sdk = await loadS3();
    const connection = (this.#connection ??= connect(sdk, this.#config, this.#retries));
    return withRepair(connection, signal, () => send(connection.client));
  }
}

/** With the SDK's request handler, because lists are streams of any size. */
function connect({ S3Client }: typeof s3Module, config: HealthOmicsConfig, retryStrategy: PartRetries): Connection {
  const { requestHandler: _, endpoint: _omics, maxAttempts: _attempts, ...settings } = toClientConfig(config);
  const address = config.s3Endpoint === undefined ? {} : { endpoint: config.s3Endpoint, forcePathStyle: true };
  const client = withoutNodeWarning(() => new S3Client({ ...settings, ...address, retryStrategy }));
  return { client, credentials: takeCredentials(client, config) };
}

/** @throws SessionError `invalid-request` for a URI that is not of an object. */
export function parseS3Uri(uri: string): { readonly Bucket: string; readonly Key: string } {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  if (bucket !== undefined && key !== undefined) return { Bucket: bucket, Key: key };
  throw new SessionError('invalid-request', `'${uri}' is not the URI of an object (s3://bucket/key)`, {
    operation: 'stageRuns',
    provider: 'healthomics',
  });
}

async function loadS3(): Promise<typeof s3Module> {
  try {
    return (requirePeer(S3_SDK) as typeof s3Module | undefined) ?? (await import('@aws-sdk/client-s3'));
  } catch (cause) {
    return requireFromWorkingFolder(cause, S3_SDK) as typeof s3Module;
  }
}

async function loadStorage(): Promise<typeof storageModule> {
  try {
    return (requirePeer(STORAGE_SDK) as typeof storageModule | undefined) ?? (await import('@aws-sdk/lib-storage'));
  } catch (cause) {
    return requireFromWorkingFolder(cause, STORAGE_SDK) as typeof storageModule;
  }
}
