import { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { TunnelFailure } from './tunnel-failure.ts';

/** The most bytes of a message that is sent: fewer messages cost less, and a proxy in between may limit their size. */
const MESSAGE_BYTES = 64 * 1024;

/** How much is read ahead and buffered for sending, as HTTP/2 has its own windows. */
const BUFFER_BYTES = 256 * 1024;

type Done = (error?: Error | null) => void;

/**
 * The bytes of a connection, as hexadecimal text messages of an open WebSocket. A reader that is slow pauses the WebSocket, and a
 * WebSocket that is slow pauses the writer.
 */
export class HexDuplex extends Duplex {
  readonly #webSocket: WebSocket;

  constructor(webSocket: WebSocket) {
    super({ readableHighWaterMark: BUFFER_BYTES, writableHighWaterMark: BUFFER_BYTES, allowHalfOpen: false });
    this.#webSocket = webSocket;
    webSocket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    webSocket.on('error', (error) => this.destroy(toFailure(error)));
    webSocket.on('close', () => this.push(null));
  }

  override _read(): void {
    this.#webSocket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    if (chunk.length === 0) done();
    for (let at = 0; at < chunk.length; at += MESSAGE_BYTES) {
      const isLast = at + MESSAGE_BYTES >= chunk.length;
      // Hexadecimal digits are one byte each: as a string, the library would convert them again.
      const text = Buffer.from(chunk.toString('hex', at, at + MESSAGE_BYTES), 'latin1');
      this.#webSocket.send(text, { binary: false }, isLast ? done : undefined);
    }
  }

  /** HTTP/2 writes headers and data apart: together they are one message. */
  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: Done): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), 'latin1', done);
  }

  override _final(done: Done): void {
    this.#webSocket.close();
    done();
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#webSocket.terminate();
    done(error);
  }

  #receive(data: RawData, isBinary: boolean): void {
    const text = data as Buffer;
    const bytes = isBinary ? undefined : Buffer.from(text.toString('latin1'), 'hex');
    if (bytes === undefined) this.destroy(TunnelFailure.garbled('a binary message'));
    // The decoder stops at the first character that is no digit, and ignores half a byte.
    else if (bytes.length * 2 !== text.length) this.destroy(TunnelFailure.garbled(problemOf(text)));
    else if (bytes.length > 0 && !this.push(bytes)) this.#webSocket.pause();
  }
}

function problemOf(text: Buffer): string {
  const strange = /[^\da-f]/i.exec(text.toString('latin1'));
  if (strange === null) return `a message with an odd number of hexadecimal digits (${text.length})`;
  return `a message whose character ${strange.index + 1} of ${text.length} is no hexadecimal digit`;
}

function toFailure(error: Error & { readonly code?: string }): Error {
  // The library names a breach of the protocol, such as a message above the limit, by a code of its own.
  return error.code?.startsWith('WS_ERR_') === true
    ? TunnelFailure.garbled(`what is not allowed (${error.message})`)
    : error;
}
