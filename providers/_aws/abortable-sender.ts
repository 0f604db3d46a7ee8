import { runningAttempt } from '../../src/provider-kit/running-attempt.ts';
import type { ServiceTime } from '../../src/provider-kit/service-time.ts';
import type { SdkRequest, SdkResponse } from './request-handler.ts';

/** Holds the abort signal of a command, on its input. */
const SIGNAL = Symbol('anysession.signal');

interface AbortableInput {
  [SIGNAL]?: AbortSignal;
}

interface Command {
  readonly input: object;
}

interface SdkRequestHandler {
  handle(request: SdkRequest, options: object): Promise<{ readonly response: SdkResponse }>;
}

type Step = (args: { input: AbortableInput; request: unknown }) => Promise<unknown>;

interface SdkClient {
  readonly middlewareStack: {
    remove(name: string): boolean;
    add(
      middleware: (next: Step) => Step,
      options: {
        readonly name: string;
        readonly step: 'deserialize' | 'finalizeRequest';
        readonly priority: 'low' | 'high';
        readonly override?: boolean;
      },
    ): void;
  };
  send(command: Command): Promise<unknown>;
}

/** Headers for the service's logs: the caller and the SDK's attempt. Neither needs a signature. */
const CALLER_HEADERS = {
  'user-agent': `anysession node/${process.versions.node}`,
  'amz-sdk-request': 'attempt=1; max=1',
};

/** Middleware that costs a tenth of a call and does nothing here: log lines without a logger, and a user agent built at each call. */
const UNUSED_MIDDLEWARE = ['loggerMiddleware', 'getUserAgentMiddleware'];
/** Other middleware is placed relative to this one, so it is replaced by one that does nothing. */
const RETRY_MIDDLEWARE = {
  name: 'retryMiddleware',
  step: 'finalizeRequest',
  priority: 'high',
  override: true,
} as const;

/**
 * Sends commands with an abort signal and keeps the middleware cache: `send(command, { abortSignal })` resolves the whole
 * stack again and drops the cache. So the signal is stored under the command's input, and the innermost middleware, which calls
 * the request handler, looks it up.
 */
export class AbortableSender {
  readonly #client: SdkClient;

  /** @param time - learns the service's time from its answers */
  constructor(client: object, handler: SdkRequestHandler, time?: ServiceTime) {
    this.#client = client as SdkClient;
    for (const name of UNUSED_MIDDLEWARE) this.#client.middlewareStack.remove(name);
    this.#client.middlewareStack.add((next) => next, RETRY_MIDDLEWARE);
    this.#client.middlewareStack.add(
      () => async (args) => {
        const request = args.request as SdkRequest;
        Object.assign(request.headers, CALLER_HEADERS);
        const answer = await handler.handle(request, { abortSignal: args.input[SIGNAL] });
        // A proxy may have answered in place of the service.
        if (answer.response.statusCode < 300) time?.answered(answer.response.headers['date']);
        return answer;
      },
      { name: 'anysessionAbortSignal', step: 'deserialize', priority: 'low' },
    );
  }

  send<Output>(command: Command, signal: AbortSignal): Promise<Output> {
    (command.input as AbortableInput)[SIGNAL] = signal;
    // The request handler reports the request.
    runningAttempt(signal)?.waitsFor('AWS credentials');
    return this.#client.send(command) as Promise<Output>;
  }
}
