import type { AwsConfig, AwsCredentials, AwsCredentialsSource } from './aws-options.ts';
import { RequestHandler } from './request-handler.ts';

/** The time of a slow call, seconds: times the rate it gives the number of calls at the same time. */
const SLOW_CALL_SECONDS = 2;
/** At least as many sockets as the SDK has, so that a burst does not queue behind the rate budget. */
const SOCKETS = { min: 50, max: 500 };

/** How many connections the given rates need: rate times latency. */
export function socketsFor({ readsPerSecond, writesPerSecond }: AwsConfig): number {
  const wanted = Math.ceil((readsPerSecond + writesPerSecond) * SLOW_CALL_SECONDS);
  return Math.min(SOCKETS.max, Math.max(SOCKETS.min, wanted));
}

/** The settings of an SDK client. */
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
 * Makes the settings of an SDK client: without its own retries, because the retry layer owns them; with cached middleware
 * and our request handler.
 */
export function toClientConfig(config: AwsConfig): ClientSettings {
  const { region, profile, credentials, endpoint } = config;
  return {
    region,
    ...(profile === undefined ? {} : { profile }),
    ...(credentials === undefined ? {} : { credentials: namingFailures(credentials) }),
    ...(endpoint === undefined ? {} : { endpoint }),
    maxAttempts: 1,
    cacheMiddleware: true,
    requestHandler: new RequestHandler(socketsFor(config)),
  };
}

/** The user's function may return or throw anything: it gets the error name that the error tables know. */
function namingFailures(source: AwsCredentialsSource): AwsCredentialsSource {
  if (typeof source !== 'function') return source;
  return async () => {
    try {
      const keys: unknown = await source();
      if (!areKeys(keys)) throw new Error('the function returned no accessKeyId or no secretAccessKey');
      return keys;
    } catch (cause) {
      const text = cause instanceof Error ? cause.message : 'the function threw a value that is not an Error';
      throw Object.assign(new Error(text, { cause }), { name: 'CredentialsProviderError' });
    }
  };
}

function areKeys(value: unknown): value is AwsCredentials {
  const { accessKeyId, secretAccessKey } = Object(value) as Readonly<Record<string, unknown>>;
  return [accessKeyId, secretAccessKey].every((key) => typeof key === 'string' && key !== '');
}
