import type { AwsConfig, AwsCredentialsSource } from './aws-options.ts';
import { CredentialRequestHandler, credentialLogger } from './credential-fetch.ts';
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
  logger: typeof credentialLogger;
  ignoreCache: true;
  clientConfig: { maxAttempts: 1; requestHandler: CredentialRequestHandler };
}

/**
 * Makes the settings of an SDK client: without its own retries, because the retry layer owns them; with cached middleware
 * and our request handler. The last three are for its credential chain, which gets all settings of the client: it reads the shared
 * files at each run, and its clients for STS and IAM Identity Center make one attempt.
 */
export function toClientConfig(config: AwsConfig): ClientSettings {
  const { region, profile, credentials, endpoint } = config;
  const requestHandler = new RequestHandler(socketsFor(config));
  return {
    region,
    ...(profile === undefined ? {} : { profile }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(endpoint === undefined ? {} : { endpoint }),
    maxAttempts: 1,
    cacheMiddleware: true,
    requestHandler,
    logger: credentialLogger,
    ignoreCache: true,
    clientConfig: { maxAttempts: 1, requestHandler: new CredentialRequestHandler(requestHandler) },
  };
}
