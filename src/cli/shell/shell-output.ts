import { once } from 'node:events';
import { resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { openNewFile, unwritableFile } from '../new-file.ts';
import { separateResults, type ResultFormat } from '../result-printer.ts';
import { terminalWith, type Terminal } from '../terminal.ts';

interface OpenFile {
  readonly name: string;
  readonly stream: Writable;
  readonly format: ResultFormat;
  results: number;
}

/** Where the results of a shell go: the terminal, or a file. */
export class ShellOutput {
  readonly #terminal: Terminal;
  #file: OpenFile | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  get stdout(): Terminal['stdout'] {
    return this.#file?.stream ?? this.#terminal.stdout;
  }

  get format(): ResultFormat {
    return this.#file?.format ?? 'table';
  }

  /**
   * Sends the next results to a new file, or to the terminal again.
   * @throws SessionError `conflict` when the file exists, `invalid-request` when it cannot be written.
   */
  async sendTo(name: string | undefined): Promise<void> {
    const next = name === undefined ? undefined : await openFile(resolve(this.#terminal.cwd, name), name);
    await this.close();
    this.#file = next;
  }

  /** Writes what stands between two results in one file. */
  async beginResult(): Promise<void> {
    if (this.#file === undefined) return;
    if (this.#file.results > 0)
      await separateResults(terminalWith(this.#terminal, { stdout: this.stdout }), this.format);
    this.#file.results += 1;
  }

  /** Ends the file. @throws SessionError `invalid-request` when it could not be written. */
  async close(): Promise<void> {
    if (this.#file === undefined) return;
    const { name, stream } = this.#file;
    this.#file = undefined;
    stream.end();
    if (!stream.closed) await once(stream, 'close').catch(() => {});
    if (stream.errored) throw unwritableFile(name, stream.errored, 'shell');
  }
}

async function openFile(path: string, name: string): Promise<OpenFile> {
  const handle = await openNewFile(path, name, { operation: 'shell' });
  const stream = handle.createWriteStream();
  // `close` reports it.
  stream.on('error', () => {});
  const format = name.endsWith('.csv') ? 'csv' : name.endsWith('.jsonl') ? 'jsonl' : 'tsv';
  return { name, stream, format, results: 0 };
}
