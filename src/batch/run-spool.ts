import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Text is buffered up to this size: one write per run would cost more than the run. */
const CHUNK_CHARACTERS = 1024 ** 2;

/**
 * A temporary file for run lists that do not fit into memory. It is created with the first full chunk, is readable by its owner
 * only, and is deleted by {@link RunSpool.remove}.
 */
export class RunSpool {
  #pending: string[] = [];
  #pendingLength = 0;
  #folder: string | undefined;
  #file: FileHandle | undefined;
  readonly #onChunk: (chunk: Buffer) => void;

  /** @param onChunk - called with every byte once, in order. */
  constructor(onChunk: (chunk: Buffer) => void) {
    this.#onChunk = onChunk;
  }

  /** Returns `undefined` when the text is only buffered, which is the usual case. */
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

  /** The whole content. Call it after the last flush. */
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
