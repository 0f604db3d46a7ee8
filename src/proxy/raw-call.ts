import type { Metadata } from '@grpc/grpc-js';
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { callbackController } from '../provider-kit/on-abort.ts';
import { RpcFailure, STATUS } from '../spark-connect/rpc-failure.ts';
import type { ProxyStatus } from './proxy-status.ts';
import { RequestReader } from './request-reader.ts';

const RESPONSE_HEADERS = { ':status': 200, 'content-type': 'application/grpc+proto' };

/** Headers of HTTP and of one connection, which are not the client's metadata. */
const NOT_METADATA = ['grpc-timeout', 'grpc-encoding', 'grpc-accept-encoding', 'accept-encoding', 'te', 'content-type'];

const MS_OF_UNIT: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };
/** The longest timer. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The flag and the length before each message. */
const PREFIX_BYTES = 5;
/** A smaller message is copied behind its prefix: one write costs less than two. */
const COPIED_BYTES = 16 * 1024;

/** A call that the server gets, of raw messages. */
export class RawCall {
  readonly host: string;
  /** Address and port of the client. */
  readonly peer: string;
  readonly metadata: Metadata;
  /** Epoch milliseconds, or infinity. */
  readonly deadline: number = Number.POSITIVE_INFINITY;
  /** Aborts when the client cancels or disconnects, and at its deadline. */
  readonly signal: AbortSignal;
  readonly #stream: ServerHttp2Stream;
  readonly #abort: (reason: RpcFailure) => void;
  readonly #requests: RequestReader;
  readonly #deadlineTimer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, metadata: Metadata) {
    this.#stream = stream;
    const { ':authority': authority, host = '', 'grpc-timeout': timeout } = headers;
    this.host = authority ?? host;
    const { remoteAddress = '', remotePort = 0 } = stream.session?.socket ?? {};
    this.peer = `${remoteAddress}:${remotePort}`;
    for (const key of NOT_METADATA) metadata.remove(key);
    this.metadata = metadata;
    const controller = callbackController();
    this.signal = controller.signal;
    this.#abort = (reason) => controller.abort(reason);
    this.#requests = new RequestReader(stream, String(headers['grpc-encoding'] ?? 'identity'), this.signal);
    stream.once('close', () => this.#leave(new RpcFailure(STATUS.CANCELLED, 'The client ended the call.')));
    if (timeout === undefined) return;
    const timeoutMs = millisecondsOf(String(timeout));
    this.deadline = Date.now() + timeoutMs;
    if (timeoutMs > MAX_TIMER_MS) return;
    this.#deadlineTimer = setTimeout(() => {
      const details = 'Deadline exceeded';
      this.end({ code: STATUS.DEADLINE_EXCEEDED, details });
      this.#abort(new RpcFailure(STATUS.DEADLINE_EXCEEDED, details));
    }, timeoutMs);
  }

  /** The next request, or `undefined` after the last one. @throws RpcFailure when the client is gone. @throws Refusal */
  next(): Promise<Uint8Array | undefined> {
    return this.#requests.next();
  }

  /** Sends an answer, and calls back when the connection has taken it. */
  write(answer: Uint8Array, headers: Metadata | undefined, onTaken: () => void): void {
    const stream = this.#stream;
    if (this.#isOver || stream.destroyed) return;
    if (!stream.headersSent) {
      stream.respond({ ...headers?.toHttp2Headers(), ...RESPONSE_HEADERS }, { waitForTrailers: true });
    }
    const { byteLength } = answer;
    const isCopied = byteLength <= COPIED_BYTES;
    const prefix = Buffer.allocUnsafe(isCopied ? PREFIX_BYTES + byteLength : PREFIX_BYTES);
    prefix.writeUInt8(0, 0);
    prefix.writeUInt32BE(byteLength, 1);
    if (isCopied) {
      prefix.set(answer, PREFIX_BYTES);
      stream.write(prefix, onTaken);
      return;
    }
    stream.cork();
    stream.write(prefix);
    stream.write(answer, onTaken);
    stream.uncork();
  }

  /** Ends the call. After its end it does nothing. */
  end({ code, details, metadata }: ProxyStatus): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#deadlineTimer);
    const stream = this.#stream;
    if (stream.destroyed || stream.closed) return;
    const message = details === '' ? {} : { 'grpc-message': encodeURI(Buffer.from(details).toString()) };
    const trailers = { ...metadata?.toHttp2Headers(), 'grpc-status': code, ...message };
    if (stream.headersSent) {
      stream.once('wantTrailers', () => stream.sendTrailers(trailers));
      stream.end();
    } else stream.respond({ ...trailers, ...RESPONSE_HEADERS }, { endStream: true });
    // What the client still sends is not read: unread, it would keep the stream open.
    stream.resume();
  }

  #leave(reason: RpcFailure): void {
    clearTimeout(this.#deadlineTimer);
    if (!this.#isOver) this.#abort(reason);
    this.#isOver = true;
  }
}

/** An invalid timeout counts as 0: the deadline has passed. */
function millisecondsOf(timeout: string): number {
  const [, count = '', unit = ''] = /^(\d{1,8})([HMSmun])$/.exec(timeout) ?? [];
  return Number(count) * (MS_OF_UNIT[unit] ?? 0);
}
