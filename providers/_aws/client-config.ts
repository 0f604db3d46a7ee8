import type { AwsConfig, AwsCredentials, AwsCredentialsSource } from './aws-options.ts';
import { RequestHandler, type SdkRequest } from './request-handler.ts';

/** How long a call takes at worst that is not lost, seconds; with the rate it says how many are under way at once. */
const SLOW_CALL_SECONDS = 2;
/** No fewer sockets than the SDK would have, so that a burst does not queue where no budget sees it; no more than a host bears. */
const SOCKETS = { min: 50, max: 500 };

/** Connections to keep so that calls at the given rate do not wait for one: rate times latency. */
export function socketsFor({ readsPerSecond, writesPerSecond }: AwsConfig): number {
  const wanted = Math.ceil((readsPerSecond + writesPerSecond) * SLOW_CALL_SECONDS);
  return Math.min(SOCKETS.max, Math.max(SOCKETS.min, wanted));
}

/** What an SDK client is built with. */
export interface ClientSettings {
  region: string;
  profile?: string;
  credentials?: AwsCredentialsSource;
  endpoint?: string;
  maxAttempts: 1;
  cacheMiddleware: true;
  requestHandler: RequestHandler;
}

/**
 * Settings for an SDK client: its own retries off, because the retry layer is the one owner of them; the resolved
 * middleware kept between calls; our request handler.
 */
export function toClientConfig(config: AwsConfig): ClientSettings {
  const { region, profile, credentials, endpoint } = config;
  return {
    region,
    ...(profile === undefined ? {} : { profile }),
    ...(credentials === undefined ? {} : { credentials: guarded(credentials) }),
    ...(endpoint === undefined ? {} : { endpoint }),
    maxAttempts: 1,
    cacheMiddleware: true,
    requestHandler: new RequestHandler(socketsFor(config)),
  };
}

/** A function of the user's may give or fail with anything; under this name the error tables know where it comes from. */
function guarded(source: AwsCredentialsSource): AwsCredentialsSource {
  if (typeof source !== 'function') return source;
  return async () => {
    try {
      const keys: unknown = await source();
      if (!areKeys(keys)) throw new Error('the function gave no accessKeyId or no secretAccessKey');
      return keys;
    } catch (cause) {
      const text = cause instanceof Error ? cause.message : 'the function threw something that is no Error';
      throw Object.assign(new Error(text, { cause }), { name: 'CredentialsProviderError' });
    }
  };
}

function areKeys(value: unknown): value is AwsCredentials {
  const { accessKeyId, secretAccessKey } = Object(value) as Readonly<Record<string, unknown>>;
  return [accessKeyId, secretAccessKey].every((key) => typeof key === 'string' && key !== '');
}

interface Command {
  readonly input: object;
}

type Step = (args: { input: object; request: unknown }) => Promise<unknown>;

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

/** Who calls, for the service's own logs, and which attempt the SDK makes. Neither need be signed. */
const CALLER_HEADERS = {
  'user-agent': `anysession node/${process.versions.node}`,
  'amz-sdk-request': 'attempt=1; max=1',
};

/**
 * What the SDK does around each call that nobody needs here, a tenth of the call's cost: log lines for a logger that is not
 * set, a user agent that is put together anew each time, and retries of which there are none.
 */
const NEEDLESS_MIDDLEWARE = ['loggerMiddleware', 'getUserAgentMiddleware'];
/** Others take their place in the stack from this one, so it stays, and does nothing. */
const RETRY_MIDDLEWARE = {
  name: 'retryMiddleware',
  step: 'finalizeRequest',
  priority: 'high',
  override: true,
} as const;

/**
 * Sends commands with an abort signal and keeps the middleware cache: `send(command, { abortSignal })` would resolve the whole
 * stack again and throw the cache away. So a signal travels beside its command's input, and the innermost middleware,
 * which is the one that calls the request handler, picks it up there.
 */
export class AbortableSender {
  readonly #client: SdkClient;
  readonly #signals = new WeakMap<object, AbortSignal>();

  constructor(client: object, handler: { handle(request: SdkRequest, options: object): Promise<unknown> }) {
    this.#client = client as SdkClient;
    for (const name of NEEDLESS_MIDDLEWARE) this.#client.middlewareStack.remove(name);
    this.#client.middlewareStack.add((next) => next, RETRY_MIDDLEWARE);
    this.#client.middlewareStack.add(
      () => (args) => {
        const request = args.request as SdkRequest;
        Object.assign(request.headers, CALLER_HEADERS);
        return handler.handle(request, { abortSignal: this.#signals.get(args.input) });
      },
      { name: 'anysessionAbortSignal', step: 'deserialize', priority: 'low' },
    );
  }

  send<Output>(command: Command, signal: AbortSignal): Promise<Output> {
    this.#signals.set(command.input, signal);
    return this.#client.send(command) as Promise<Output>;
  }
}
