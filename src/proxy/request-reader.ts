import type { Readable } from 'node:stream';
import { gunzip, inflate } from 'node:zlib';
import { onAbort } from '../provider-kit/on-abort.ts';
import { STATUS } from '../spark-connect/rpc-failure.ts';
import { Refusal } from './proxy-status.ts';

/** The largest plan that Spark reads. @see https://github.com/apache/spark/pull/52894 (read 2026-11-30) */
const MAX_REQUEST_BYTES = 512 * 1024 ** 2;

/** The flag and the length before each message. */
const PREFIX_BYTES = 5;

const DECOMPRESS = { gzip: gunzip, deflate: inflate } as const;

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Reads the messages of a call one by one. What nobody asks for stays with the client, by the flow control of HTTP/2. */
export class RequestReader {
  readonly #stream: Readable;
  readonly #encoding: string;
  readonly #signal: AbortSignal;
  #parts: Buffer[] = [];
  #bytes = 0;
  #isEnded = false;
  #waiter: Waiter | undefined;

  /** @param encoding - the compression of messages that have the flag for it */
  constructor(stream: Readable, encoding: string, signal: AbortSignal) {
    this.#stream = stream;
    this.#encoding = encoding;
    this.#signal = signal;
    stream.on('data', (part: Buffer) => {
      this.#parts.push(part);
      this.#bytes += part.length;
      stream.pause();
      this.#wake();
    });
    stream.on('end', () => {
      this.#isEnded = true;
      this.#wake();
    });
    stream.pause();
    onAbort(signal, () => this.#waiter?.reject(signal.reason));
  }

  /** The next message, or `undefined` after the last one. One caller at a time. @throws Refusal */
  async next(): Promise<Uint8Array | undefined> {
    const prefix = await this.#read(PREFIX_BYTES);
    if (prefix === undefined && this.#bytes > 0) throw cutOff();
    if (prefix === undefined) return undefined;
    const length = prefix.readUInt32BE(1);
    if (length > MAX_REQUEST_BYTES) throw tooLarge(length);
    const message = await this.#read(length);
    if (message === undefined) throw cutOff();
    return prefix[0] === 0 ? message : this.#decompressed(message);
  }

  /** As many bytes; `undefined` where the requests end before. */
  async #read(length: number): Promise<Buffer | undefined> {
    while (this.#bytes < length) {
      if (this.#isEnded) return undefined;
      await this.#more();
    }
    const [first = Buffer.alloc(0)] = this.#parts;
    const all = this.#parts.length <= 1 || first.length >= length ? first : Buffer.concat(this.#parts, this.#bytes);
    const rest = all.subarray(length);
    const others = all === first ? this.#parts.slice(1) : [];
    this.#parts = rest.length > 0 ? [rest, ...others] : others;
    this.#bytes -= length;
    return all.subarray(0, length);
  }

  #more(): Promise<void> {
    if (this.#signal.aborted) return Promise.reject(this.#signal.reason as Error);
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
      this.#stream.resume();
    });
  }

  #wake(): void {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    waiter?.resolve();
  }

  #decompressed(message: Buffer): Promise<Uint8Array> {
    const decompress = Object.hasOwn(DECOMPRESS, this.#encoding)
      ? DECOMPRESS[this.#encoding as keyof typeof DECOMPRESS]
      : undefined;
    if (decompress === undefined) {
      throw new Refusal(STATUS.UNIMPLEMENTED, `anysession: requests compressed with "${this.#encoding}" are not read.`);
    }
    return new Promise((resolve, reject) => {
      decompress(message, { maxOutputLength: MAX_REQUEST_BYTES }, (error, bytes) => {
        if (error === null) resolve(bytes);
        else if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') reject(tooLarge());
        else reject(new Refusal(STATUS.INTERNAL, 'anysession: a compressed request cannot be decompressed.'));
      });
    });
  }
}

function cutOff(): Refusal {
  return new Refusal(STATUS.INTERNAL, 'The request ended in the middle of a message.');
}

function tooLarge(bytes?: number): Refusal {
  const size = bytes === undefined ? '' : ` of ${bytes} bytes`;
  return new Refusal(
    STATUS.RESOURCE_EXHAUSTED,
    `anysession: a request${size} is larger than Spark reads (${MAX_REQUEST_BYTES}).`,
  );
}
