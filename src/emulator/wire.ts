import type { IncomingHttpHeaders } from 'node:http';

/** A complete HTTP request. */
export interface WireRequest {
  readonly method: string;
  /** Percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The body in bytes; absent for gRPC. */
  readonly bytes?: Buffer;
}

/** An HTTP answer. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** How an answer reaches the client, or does not. */
export type Delivery =
  | { readonly how: 'answer'; readonly answer: WireAnswer; readonly delayMs: number }
  /** The connection is reset (TCP RST) instead of an answer. */
  | { readonly how: 'reset' }
  /** The connection stays open and no answer ever comes. */
  | { readonly how: 'silence' };

/** A header as one text. */
export function header(request: WireRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
