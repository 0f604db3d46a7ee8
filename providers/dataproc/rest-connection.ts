import type { GoogleAuth } from 'google-auth-library';
import type { Connection } from './connection.ts';
import { loadDataproc, loadRestGax } from './load-google.ts';
import type { DataprocConfig } from './options.ts';
import { CALLER, routingOf, sendUntilAborted, type MethodName, type Request } from './request.ts';

/** What the SDK's REST calls a method of a stub. */
type StubMethod = (
  request: Request,
  headers: Readonly<Record<string, readonly string[]>>,
  options: object,
  answered: (error: unknown, answer: unknown) => void,
) => { cancel(): void };

/** What the SDK asks for operations with; its type asks for a class where the code takes what looks like one. */
interface OperationsClient {
  getOperation(request: { readonly name: string | undefined }, options: object): Promise<readonly unknown[]>;
}

/** What a stub is called with: times and attempts are our own. */
const NO_OPTIONS = Object.freeze({});

/**
 * Calls that are not stopped at their caller's abort but run on to their deadline; nobody waits for them. The SDK's REST sends
 * bodies as streams, and a call that is cancelled before it has opened its connection ends its stream with an error that nobody
 * listens for: an uncaught exception.
 */
const RUNS_ON: ReadonlySet<MethodName> = new Set(['createSession', 'terminateSession']);

/**
 * Opens the SDK's client over REST. Its stubs are called themselves: what the client wraps around them (log lines, paging,
 * operations that poll, timeouts of its own) is done above or not wanted.
 */
export async function openRest({ endpoint }: DataprocConfig, auth: GoogleAuth): Promise<Connection> {
  const { SessionControllerClient } = loadDataproc();
  const settings = {
    auth,
    apiEndpoint: endpoint.host,
    port: endpoint.port,
    fallback: true,
    ...(!endpoint.tls && { protocol: 'http' }),
  };
  type Arguments = ConstructorParameters<typeof SessionControllerClient>;
  const client = new SessionControllerClient(settings, loadRestGax() as Arguments[1]);
  const operations = client.operationsClient as unknown as OperationsClient;
  const sessions = (await client.initialize()) as Readonly<Record<string, StubMethod>>;
  return {
    async call(method, request, { signal, timeoutMs }) {
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
        // A socket's time is real, whatever clock the caller lives by.
        const timer = RUNS_ON.has(method) ? setTimeout(stop, timeoutMs).unref() : undefined;
        // What cannot be written as a request is told before the stub returns.
        call.sent = sessions[method]?.(request, headers, NO_OPTIONS, (error, answer) => {
          clearTimeout(timer);
          answered(error, answer);
        });
        return RUNS_ON.has(method) ? () => {} : stop;
      });
    },
    close() {
      // A client that is closed twice has nothing to tell.
      client.close().catch(() => {});
    },
  };
}
