/**
 * A request of the control plane over HTTP with its answer; bodies are text. Without headers that hold credentials. A gRPC call is one
 * whose answer has the header `grpc-status`: the path is its method, the query its routing header, and the bodies are its messages as
 * JSON; the body of an error is `{ "message": … }`.
 */
export interface HttpExchange {
  readonly method: string;
  readonly path: string;
  /** The query, by name. */
  readonly query: Readonly<Record<string, string>>;
  /** The operation in protocols that name it in a header. */
  readonly target?: string | undefined;
  readonly requestBody: string;
  readonly status: number;
  /** The headers of the answer, with names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sees each exchange when it is complete, in the asynchronous context of the call that made it. */
export interface ExchangeObserver {
  exchanged(exchange: HttpExchange): void;
}
