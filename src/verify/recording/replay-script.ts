import type { HttpExchange } from '../../contract/exchange.ts';

/** What names an operation in a request. */
type Sent = Pick<HttpExchange, 'method' | 'path' | 'target'> & Partial<Pick<HttpExchange, 'query'>>;

/** The exchanges of one recorded call, in their order, and how the requests that came differed from them. */
export class ReplayScript {
  #waiting: HttpExchange[] = [];
  #differences: string[] = [];

  /** The next requests have these answers. */
  expect(exchanges: readonly HttpExchange[]): void {
    this.#waiting = [...exchanges];
    this.#differences = [];
  }

  /** The recorded exchange of a request; `undefined` when the recording has another one, or nothing more. */
  next(sent: Sent): HttpExchange | undefined {
    const recorded = this.#waiting.shift();
    if (recorded !== undefined && operationOf(recorded) === operationOf(sent)) return recorded;
    const instead = recorded === undefined ? 'nothing more' : operationOf(recorded);
    this.#differences.push(`it sent ${operationOf(sent)}, and the recording has ${instead}`);
    return undefined;
  }

  /** The answer of a request cannot be sent. */
  unreadable(sent: Sent, why: string): void {
    this.#differences.push(`the recorded answer to ${operationOf(sent)} is no message: ${why}`);
  }

  /** How the requests differed from the recorded ones. */
  takeDifferences(): readonly string[] {
    const missing = this.#waiting.map((exchange) => `it did not send ${operationOf(exchange)}`);
    return [...this.#differences, ...missing];
  }
}

/** A gRPC method names its resource in the routing header, which is the query. */
function operationOf({ method, path, target, query: { name, parent = '' } = {} }: Sent): string {
  return target ?? `${method} ${path} ${name ?? parent}`.trimEnd();
}
