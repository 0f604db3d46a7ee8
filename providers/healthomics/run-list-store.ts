import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { InlineSetting } from '@aws-sdk/client-omics';
import type * as storageModule from '@aws-sdk/lib-storage';
import { SessionError } from '../../src/contract/session-error.ts';
import type { ProviderPorts } from '../../src/contract/provider-plugin.ts';
import type { RunList, StagedRuns } from '../../src/contract/run-list.ts';
import { requireFromWorkingFolder, requirePeer } from '../../src/provider-kit/load-peer.ts';
import { parseS3Uri, S3Objects, type S3Place } from '../_aws/s3-objects.ts';
import type { HealthOmicsConfig } from './options.ts';
import { PartRetries } from './part-retries.ts';

/** The package that uploads in parts. */
export const STORAGE_SDK = '@aws-sdk/lib-storage';

/** How many parts are in memory at once: with their size, the memory of an upload of any length. */
const PARTS_AT_ONCE = 3;
/** A list of 6 GB in parts of this size has far fewer than the 10,000 parts that S3 allows. */
const PART_BYTES = 8 * 1024 ** 2;

/** Run lists in S3, one object each. */
export class RunListStore {
  readonly #objects: S3Objects;

  constructor(config: HealthOmicsConfig, ports: Pick<ProviderPorts, 'clock' | 'random'>) {
    this.#objects = new S3Objects(config, { retryStrategy: new PartRetries(ports) });
  }

  /** Uploads a list in parts; an abort removes the parts. */
  async put(
    runs: RunList,
    at: { readonly folder: string; readonly name: string },
    signal: AbortSignal,
  ): Promise<StagedRuns> {
    const { Upload } = await loadStorage();
    const uri = `${at.folder.replace(/\/+$/, '')}/${at.name}`;
    const eTag = await this.#objects.use(signal, async (client) => {
      const upload = new Upload({
        client,
        params: { ...placeOf(uri), Body: Readable.from(runs.open()), ContentType: 'application/json' },
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
    const { Body } = await this.#objects.get(placeOf(uri), signal);
    for await (const line of createInterface({ input: Body as Readable, crlfDelay: Number.POSITIVE_INFINITY })) {
      const entry = line.replace(/,$/, '');
      if (entry.startsWith('{')) yield JSON.parse(entry) as InlineSetting;
    }
  }

  remove(uri: string, signal: AbortSignal): Promise<void> {
    return this.#objects.remove(placeOf(uri), signal);
  }

  close(): void {
    this.#objects.close();
  }
}

function placeOf(uri: string): S3Place {
  return parseS3Uri(uri, { operation: 'stageRuns', provider: 'healthomics' });
}

async function loadStorage(): Promise<typeof storageModule> {
  try {
    return (requirePeer(STORAGE_SDK) as typeof storageModule | undefined) ?? (await import('@aws-sdk/lib-storage'));
  } catch (cause) {
    return requireFromWorkingFolder(cause, STORAGE_SDK) as typeof storageModule;
  }
}
