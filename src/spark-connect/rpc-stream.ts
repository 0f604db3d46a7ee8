import type { Metadata, status as GrpcStatus } from '@grpc/grpc-js';
import type { Call } from '@grpc/grpc-js/build/src/call-interface.js';
import type { Concealer } from '../provider-kit/secret-concealer.ts';
import { RpcFailure, STATUS } from './rpc-failure.ts';

/** The open call of `next`. */
interface Waiter {
  readonly resolve: (message: Uint8Array | undefined) => void;
  readonly reject: (failure: RpcFailure) => void;
}

/** Callbacks of a call. */
export interface RpcStreamOptions {
  /** Called once when the call has ended. */
  readonly onEnd?: (() => void) | undefined;
  /** Removes the call's secrets from its status. */
  readonly conceal: Concealer;
  /** The status CANCELLED. */
  readonly cancelCode: GrpcStatus;
  /** Adds a proxy to the details of a status, where it is the cause. */
  readonly explain: (details: string) => string;
}

/**
 * One call, read message by message. The next message is requested only when the reader wants it, so that a slow reader
 * holds one message, and HTTP/2 flow control keeps the rest on the server.
 */
export class RpcStream {
  readonly #call: Call;
  #waiter: Waiter | undefined;
  #end: RpcFailure | 'ok' | undefined;
  #headers: Metadata | undefined;
  #trailers: Metadata | undefined;

  readonly #options: RpcStreamOptions;

  /** @param call - not started yet */
  constructor(call: Call, options: RpcStreamOptions) {
    this.#call = call;
    this.#options = options;
  }

  /** What the server sent before its first message; `undefined` until then. */
  get headers(): Metadata | undefined {
    return this.#headers;
  }

  /** What the server sent with its status; `undefined` until then. */
  get trailers(): Metadata | undefined {
    return this.#trailers;
  }

  /** Starts the call. Its requests follow. */
  start(metadata: Metadata): void {
    this.#call.start(metadata, {
      onReceiveMetadata: (headers) => {
        this.#headers = headers;
      },
      onReceiveMessage: (message: Uint8Array) => {
        this.#take()?.resolve(message);
      },
      onReceiveStatus: (status) => {
        const { conceal, explain } = this.#options;
        const details = explain(status.details);
        const isOk = (status.code as number) === STATUS.OK;
        this.#trailers = status.metadata;
        this.#finish(isOk ? 'ok' : RpcFailure.of({ ...status, details }, conceal));
      },
    });
  }

  /** Sends a request, and resolves when the connection has taken it. After the end of the call it never does. */
  send(request: Uint8Array): Promise<void> {
    const bytes = Buffer.from(request.buffer, request.byteOffset, request.byteLength);
    return new Promise((resolve) => {
      this.#call.sendMessageWithContext({ callback: () => resolve() }, bytes);
    });
  }

  /** Ends the requests. */
  halfClose(): void {
    this.#call.halfClose();
  }

  /** The next message, or `undefined` after the last one. One caller at a time. @throws RpcFailure */
  next(): Promise<Uint8Array | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
      if (this.#end === undefined) this.#call.startRead();
      else this.#settle();
    });
  }

  /** Ends the call on this side, with a failure for its reader. After the end it does nothing. */
  cancel(failure: RpcFailure): void {
    if (this.#end !== undefined) return;
    this.#call.cancelWithStatus(this.#options.cancelCode, failure.message);
    this.#finish(failure);
  }

  #finish(end: RpcFailure | 'ok'): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#options.onEnd?.();
    this.#settle();
  }

  #settle(): void {
    const waiter = this.#take();
    if (this.#end instanceof RpcFailure) waiter?.reject(this.#end);
    else waiter?.resolve(undefined);
  }

  #take(): Waiter | undefined {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    return waiter;
  }
}
