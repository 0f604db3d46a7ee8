import { Agent as HttpAgent, request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { isProxyStatus } from '../../src/provider-kit/network-failure.ts';
import { onAbort } from '../../src/provider-kit/on-abort.ts';
import { ProxyAgents } from '../../src/provider-kit/proxy-agents.ts';
import { ProxyFailure } from '../../src/provider-kit/proxy-failure.ts';
import { runningAttempt } from '../../src/provider-kit/running-attempt.ts';

/**
 * How long an unused connection is kept, milliseconds. NAT gateways and load balancers drop idle connections after 350 s, others
 * after 240 s, without telling either end.
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html (read 2026-11-29)
 */
export const IDLE_CONNECTION_MS = 180_000;

/** A request as the SDK gives it to its request handler: signed and complete. */
export interface SdkRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array;
}

/** An answer in the form that the SDK reads, with the whole body. */
export interface SdkResponse {
  readonly statusCode: number;
  readonly reason: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** The options of one request; the SDK's type of the signal is wider than what it passes. */
export interface HandleOptions {
  readonly abortSignal?: unknown;
}

/** The most bytes of an answer: the longest page of a list has a few hundred kilobytes. */
const MOST_BODY_BYTES = 64 * 1024 ** 2;

/**
 * Sends the SDK's requests over kept-alive connections of `node:http`. The SDK's own handler supports streams of any size: it
 * makes four timers per request and pipes bodies, a third of the cost of a small call, and it warns on stderr when all sockets
 * are in use. Session calls have a few kilobytes, and the layers own their deadlines and their rate.
 *
 * Decision 13: docs/decisions/0013-aws-sdk-client-stack.md
 * @see https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/migrating.html (`requestHandler`, read 2026-11-20)
 */
export class RequestHandler {
  readonly metadata = { handlerProtocol: 'http/1.1' };
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;
  readonly #proxies: ProxyAgents;

  /**
   * @param maxSockets - most connections to one host; further requests wait.
   * @param idleMs - how long an unused connection is kept, milliseconds.
   */
  constructor(maxSockets: number, idleMs = IDLE_CONNECTION_MS) {
    // Node keeps 256 idle connections by default: a burst of more would open the others anew.
    const pool = { keepAlive: true, maxSockets, maxFreeSockets: maxSockets, timeout: idleMs };
    this.#http = new HttpAgent(pool);
    this.#https = new HttpsAgent(pool);
    this.#proxies = new ProxyAgents(pool);
  }

  async handle(request: SdkRequest, options: HandleOptions = {}): Promise<{ response: SdkResponse }> {
    const { hostname, port, protocol } = request;
    const tls = protocol === 'https:';
    const agent = this.#proxies.agentFor({ host: hostname, port: port ?? (tls ? 443 : 80), tls });
    return this.#send(request, options, agent && (await agent));
  }

  #send(request: SdkRequest, options: HandleOptions, proxied?: HttpAgent): Promise<{ response: SdkResponse }> {
    const abortSignal = options.abortSignal instanceof AbortSignal ? options.abortSignal : undefined;
    return new Promise((resolve, reject) => {
      if (abortSignal?.aborted) {
        reject(abortError());
        return;
      }
      this.#report(request, abortSignal);
      const fail = (error: Error): void => {
        stopListening?.();
        reject(error);
      };
      const sent = this.#request(request, proxied, (answer) => {
        const { statusCode: status = 0, headers } = answer;
        if (isProxyStatus(status) && headers['content-type']?.startsWith('text/html') === true) {
          sent.destroy(new ProxyFailure(`PROXY_${status}`, 'a proxy or a firewall answered with a web page'));
        }
        const chunks: Uint8Array[] = [];
        let bytes = 0;
        answer.on('data', (chunk: Uint8Array) => {
          bytes += chunk.length;
          if (bytes > MOST_BODY_BYTES) answer.destroy(tooLarge(answer.statusCode));
          else chunks.push(chunk);
        });
        answer.on('error', fail);
        answer.on('end', () => {
          stopListening?.();
          const [first] = chunks;
          const body = first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks);
          resolve({
            response: {
              statusCode: answer.statusCode ?? 0,
              reason: answer.statusMessage,
              headers: toHeaders(answer),
              body,
            },
          });
        });
      });
      sent.on('error', fail);
      // The abort settles the promise through 'error', unless the answer is complete already.
      const stopListening = abortSignal && onAbort(abortSignal, () => sent.destroy(abortError()));
      sent.end(request.body);
    });
  }

  destroy(): void {
    this.#http.destroy();
    this.#https.destroy();
    this.#proxies.destroy();
  }

  /** Required by the SDK; nothing can be changed. */
  updateHttpClientConfig(): void {}

  /** Required by the SDK. */
  httpHandlerConfigs(): Record<string, never> {
    return {};
  }

  /** Says whom the attempt waits for. After an attempt without an answer, no idle connection is used again: a NAT may have dropped all. */
  #report({ protocol, hostname, port }: SdkRequest, signal: AbortSignal | undefined): void {
    const attempt = signal && runningAttempt(signal);
    if (attempt === undefined) return;
    const isTls = protocol === 'https:';
    attempt.asks(`${hostname}:${port ?? (isTls ? 443 : 80)}`);
    if (attempt.unansweredSinceMs === undefined) return;
    const idle = Object.values((isTls ? this.#https : this.#http).freeSockets).flat();
    for (const socket of idle) socket?.destroy();
    this.#proxies.dropIdle();
  }

  #request(
    request: SdkRequest,
    proxied: HttpAgent | undefined,
    onAnswer: (answer: IncomingMessage) => void,
  ): ClientRequest {
    const { protocol, hostname, port, method, headers } = request;
    const query = request.query === undefined ? '' : toQueryString(request.query);
    const options = {
      host: hostname.replace(/^\[(.*)\]$/, '$1'),
      ...(port === undefined ? {} : { port }),
      method,
      path: query === '' ? request.path : `${request.path}?${query}`,
      headers,
    };
    return protocol === 'https:'
      ? requestHttps({ ...options, agent: proxied ?? this.#https }, onAnswer)
      : requestHttp({ ...options, agent: proxied ?? this.#http }, onAnswer);
  }
}

/** An answer of the service that cannot be read, as the SDK would report it. */
function tooLarge(httpStatusCode = 0): Error {
  const error = new Error(`the answer has more than ${MOST_BODY_BYTES} bytes, the limit of an answer`);
  return Object.assign(error, { name: 'AnswerTooLarge', $fault: 'server', $metadata: { httpStatusCode } });
}

function abortError(): Error {
  return Object.assign(new Error('Request aborted'), { name: 'AbortError' });
}

function toHeaders({ headers }: IncomingMessage): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(',') : value;
  }
  return flat;
}

function toQueryString(query: NonNullable<SdkRequest['query']>): string {
  return Object.entries(query)
    .flatMap(([name, value]) => {
      if (value === null) return [escapeUri(name)];
      return [value].flat().map((each) => `${escapeUri(name)}=${escapeUri(each)}`);
    })
    .join('&');
}

/** RFC 3986, which is what signatures are computed over. */
function escapeUri(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
