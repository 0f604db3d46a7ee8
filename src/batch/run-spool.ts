import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How much text is gathered before it is written: a write a run would cost more than the run. */
const CHUNK_CHARACTERS = 1024 ** 2;

/**
 * A file of this process's own that holds what does not fit into memory: made at the first chunk that is full, readable by its
 * owner alone, gone with {@link RunSpool.remove}.
 */
export class RunSpool {
  #pending: string[] = [];
  #pendingLength = 0;
  #folder: string | undefined;
  #file: FileHandle | undefined;
  readonly #onChunk: (chunk: Buffer) => void;

  /** @param onChunk - sees every byte once, in order. */
  constructor(onChunk: (chunk: Buffer) => void) {
    this.#onChunk = onChunk;
  }

  /** `undefined` when the text is only gathered, which is nearly always, and free. */
  write(text: string): Promise<void> | undefined {
    this.#pending.push(text);
    this.#pendingLength += text.length;
    return this.#pendingLength >= CHUNK_CHARACTERS ? this.flush() : undefined;
  }

  async flush(): Promise<void> {
    if (this.#pendingLength === 0) return;
    const chunk = Buffer.from(this.#pending.join(''));
    this.#pending = [];
    this.#pendingLength = 0;
    this.#onChunk(chunk);
    this.#folder ??= await mkdtemp(join(tmpdir(), 'anysession-runs-'));
    this.#file ??= await open(join(this.#folder, 'runs.json'), 'wx', 0o600);
    await this.#file.appendFile(chunk);
  }

  /** Everything from the beginning, after the last flush. */
  read(): AsyncIterable<Uint8Array> {
    return createReadStream(join(this.#folder ?? '', 'runs.json'), { highWaterMark: CHUNK_CHARACTERS });
  }

  async remove(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
  }
}
