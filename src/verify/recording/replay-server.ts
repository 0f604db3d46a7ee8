import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HttpExchange } from '../../contract/exchange.ts';

/** Answers requests on loopback with what a recording has, in its order. */
export class ReplayServer {
  readonly #server: Server;
  #waiting: HttpExchange[] = [];
  #differences: string[] = [];

  private constructor() {
    this.#server = createServer((request, response) => {
      request.resume();
      request.on('end', () => {
        this.#answer(request, response);
      });
    });
  }

  static async listen(): Promise<ReplayServer> {
    const made = new ReplayServer();
    made.#server.listen(0, '127.0.0.1');
    await once(made.#server, 'listening');
    return made;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Answers the next requests with these exchanges. */
  expect(exchanges: readonly HttpExchange[]): void {
    this.#waiting = [...exchanges];
    this.#differences = [];
  }

  /** How the requests differed from the recorded ones. */
  takeDifferences(): readonly string[] {
    const missing = this.#waiting.map((exchange) => `it did not send ${operationOf(exchange)}`);
    return [...this.#differences, ...missing];
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const recorded = this.#waiting.shift();
    const [path = ''] = (request.url ?? '').split('?');
    const target = request.headers['x-amz-target'];
    const sent = {
      method: request.method ?? '',
      path: decodeURIComponent(path),
      target: typeof target === 'string' ? target : undefined,
    };
    if (recorded === undefined || operationOf(recorded) !== operationOf(sent)) {
      const instead = recorded === undefined ? 'nothing more' : operationOf(recorded);
      this.#differences.push(`it sent ${operationOf(sent)}, and the recording has ${instead}`);
      response.writeHead(500, { 'content-type': 'application/json' }).end('{}');
      return;
    }
    response.writeHead(recorded.status, { ...recorded.headers }).end(recorded.body);
  }
}

function operationOf({ method, path, target }: Pick<HttpExchange, 'method' | 'path' | 'target'>): string {
  return target ?? `${method} ${path}`;
}
