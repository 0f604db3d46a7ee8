import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

/** What ends after a number of messages: the connection, or the one stream that brought the last of them (by an HTTP/2 error code). */
export type Cut = { readonly after: number } & (
  { readonly what: 'socket' } | { readonly what: 'stream'; readonly errorCode: number }
);

/** Frames of HTTP/2. @see https://www.rfc-editor.org/rfc/rfc9113#section-4.1 (read 2026-11-21) */
const FRAME_HEADER_BYTES = 9;
const DATA = 0;
const RST_STREAM = 3;
/** Each message of gRPC has one byte of flags and four of length before it. */
const MESSAGE_HEADER_BYTES = 5;

/** Stands between a client and a server, counts the messages that go to the client, and cuts right behind one of them. */
export class CuttingProxy implements AsyncDisposable {
  /** The next cut; it is made once. */
  cut: Cut | undefined;
  /** How many messages have gone to the client since this was last set. */
  messages = 0;
  port = 0;
  readonly #target: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #resets = new Set<(errorCode: number) => void>();

  constructor(target: number) {
    this.#target = target;
    this.#server = createServer((client) => this.#join(client));
  }

  async listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  /** Resets the streams that have brought messages, whatever the client has not read yet. */
  reset(errorCode: number): void {
    for (const reset of this.#resets) reset(errorCode);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client: Socket): void {
    const server = connect({ host: '127.0.0.1', port: this.#target });
    const end = (): void => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', end).on('close', end);
    }
    client.pipe(server);
    const counters = new Map<number, MessageCounter>();
    const reset = new Set<number>();
    const resetStream = (stream: number, errorCode: number): void => {
      if (reset.has(stream)) return;
      reset.add(stream);
      client.write(resetFrame(stream, errorCode));
    };
    this.#resets.add((errorCode) => {
      for (const stream of counters.keys()) resetStream(stream, errorCode);
    });
    let pending: Buffer = Buffer.alloc(0);
    server.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      for (let frame = takeFrame(pending); frame !== undefined; frame = takeFrame(pending)) {
        pending = pending.subarray(frame.length);
        const stream = frame.readUInt32BE(5) & 0x7fffffff;
        const isData = frame.readUInt8(3) === DATA;
        // Headers of a stream that was reset still have to pass: their compression counts on it.
        if (isData && reset.has(stream)) continue;
        client.write(frame);
        if (!isData) continue;
        const counter = counters.get(stream) ?? new MessageCounter();
        counters.set(stream, counter);
        this.messages += counter.add(frame.subarray(FRAME_HEADER_BYTES));
        if (this.cut === undefined || this.messages < this.cut.after || !counter.isBetween) continue;
        const { cut } = this;
        this.cut = undefined;
        if (cut.what === 'socket') {
          client.end(end);
          return;
        }
        resetStream(stream, cut.errorCode);
      }
    });
  }
}

/** Counts whole messages in the bytes of one stream. */
class MessageCounter {
  #header: Buffer = Buffer.alloc(0);
  #missing = 0;

  /** Whether the last message is whole, and nothing of the next one has come. */
  get isBetween(): boolean {
    return this.#missing === 0 && this.#header.length === 0;
  }

  /** How many messages the bytes complete. */
  add(bytes: Buffer): number {
    let completed = 0;
    for (let rest = bytes; rest.length > 0;) {
      if (this.#missing === 0) {
        const taken = MESSAGE_HEADER_BYTES - this.#header.length;
        this.#header = Buffer.concat([this.#header, rest.subarray(0, taken)]);
        rest = rest.subarray(taken);
        if (this.#header.length < MESSAGE_HEADER_BYTES) break;
        this.#missing = this.#header.readUInt32BE(1);
        if (this.#missing > 0) continue;
      } else {
        const taken = Math.min(this.#missing, rest.length);
        this.#missing -= taken;
        rest = rest.subarray(taken);
        if (this.#missing > 0) break;
      }
      completed += 1;
      this.#header = Buffer.alloc(0);
    }
    return completed;
  }
}

function takeFrame(pending: Buffer): Buffer | undefined {
  if (pending.length < FRAME_HEADER_BYTES) return undefined;
  const length = FRAME_HEADER_BYTES + pending.readUIntBE(0, 3);
  return pending.length < length ? undefined : pending.subarray(0, length);
}

function resetFrame(stream: number, errorCode: number): Buffer {
  const frame = Buffer.alloc(FRAME_HEADER_BYTES + 4);
  frame.writeUIntBE(4, 0, 3);
  frame.writeUInt8(RST_STREAM, 3);
  frame.writeUInt32BE(stream, 5);
  frame.writeUInt32BE(errorCode, FRAME_HEADER_BYTES);
  return frame;
}
