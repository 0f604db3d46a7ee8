import { runningAttempt } from '../../src/provider-kit/running-attempt.ts';
import type { ServiceTime } from '../../src/provider-kit/service-time.ts';
import type { Auth } from './credentials.ts';
import type { Connection } from './transport.ts';
import { loadDataproc, loadRestGax } from './load-google.ts';
import type { DataprocConfig } from './options.ts';
import { CALLER, routingOf, sendUntilAborted, type MethodName, type Request } from './request.ts';

/** A method of the SDK's REST stubs. */
type StubMethod = (
  request: Request,
  headers: Readonly<Record<string, readonly string[]>>,
  options: object,
  answered: (error: unknown, answer: unknown) => void,
) => { cancel(): void };

/** The part of the SDK's operations client that we use; its type requires a class, its code does not. */
interface OperationsClient {
  getOperation(request: { readonly name: string | undefined }, options: object): Promise<readonly unknown[]>;
}

/** The most bytes of an answer: the longest page of a list has a few hundred kilobytes. */
const MOST_BODY_BYTES = 64 * 1024 ** 2;

/** The call options of a stub: timeouts and attempts are ours. */
const NO_OPTIONS = Object.freeze({});

/**
 * Methods that an abort does not stop: they run until their deadline, and nobody waits for them. The SDK's REST sends bodies as
 * streams, and cancelling a call before its connection is open ends its stream with an uncaught exception.
 */
const NOT_CANCELLED: ReadonlySet<MethodName> = new Set(['createSession', 'terminateSession']);

/**
 * Opens the SDK's client over REST and calls its stubs directly: the layers do what the client wraps around them (paging,
 * polling of operations, timeouts), or it is not needed (log lines).
 */
export async function openRest({ endpoint }: DataprocConfig, auth: Auth, time: ServiceTime): Promise<Connection> {
  const { SessionControllerClient } = await loadDataproc();
  // The SDK has no option for it, and reads an endless answer until the process is out of memory.
  const { transporter } = await auth.google.getClient();
  Object.assign(transporter.defaults, { size: MOST_BODY_BYTES });
  const isOurs = (url: string): boolean => new URL(url).hostname === endpoint.host;
  transporter.interceptors.response.add({
    async resolved(response) {
      if (response.ok && isOurs(response.config.url.toString()))
        time.answered(response.headers.get('date') ?? undefined);
      return response;
    },
  });
  const settings = {
    auth: auth.google,
    apiEndpoint: endpoint.host,
    port: endpoint.port,
    fallback: true,
    ...(!endpoint.tls && { protocol: 'http' }),
  };
  type Arguments = ConstructorParameters<typeof SessionControllerClient>;
  const client = new SessionControllerClient(settings, (await loadRestGax()) as Arguments[1]);
  const operations = client.operationsClient as unknown as OperationsClient;
  const sessions = (await client.initialize()) as Readonly<Record<string, StubMethod>>;
  return {
    async call(method, request, { signal, timeoutMs }) {
      const attempt = runningAttempt(signal);
      attempt?.waitsFor('Google credentials');
      // The SDK finds the same token again.
      await auth.headers();
      attempt?.asks(`${endpoint.host}:${endpoint.port}`);
      if (method === 'getOperation') {
        const [operation] = await operations.getOperation(
          { name: request.name },
          { timeout: timeoutMs, retry: { retryCodes: [] } },
        );
        return operation;
      }
      const headers = { 'x-goog-request-params': [routingOf(request)], 'x-goog-api-client': [CALLER] };
      return sendUntilAborted(signal, (answered) => {
        const call: { sent?: ReturnType<StubMethod> | undefined } = {};
        const stop = (): void => {
          call.sent?.cancel();
        };
        // A socket uses real time, whatever clock the caller has.
        const timer = NOT_CANCELLED.has(method) ? setTimeout(stop, timeoutMs).unref() : undefined;
        // A request that cannot be serialized fails before the stub returns.
        call.sent = sessions[method]?.(request, headers, NO_OPTIONS, (error, answer) => {
          clearTimeout(timer);
          answered(call.sent === undefined ? error : asAnswerError(error), answer);
        });
        return NOT_CANCELLED.has(method) ? () => {} : stop;
      });
    },
    close() {
      // Closing twice rejects, which does not matter.
      client.close().catch(() => {});
    },
  };
}

/**
 * An error after the request was sent. The SDK has a class or a code for what the network and the service do; a plain error means
 * that it could not read the answer: another shape, or nested so deep that its stack overflows.
 */
function asAnswerError(error: unknown): unknown {
  if (!(error instanceof Error) || 'code' in error || 'status' in error) return error;
  const isPlain = error.name === 'Error' || error.name === 'TypeError' || error.name === 'RangeError';
  return isPlain ? new SyntaxError(`the answer cannot be read: ${error.message}`, { cause: error }) : error;
}
