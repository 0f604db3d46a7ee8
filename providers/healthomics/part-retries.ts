import type { S3ClientConfig } from '@aws-sdk/client-s3';
import type { ProviderPorts } from '../../src/contract/provider-plugin.ts';
import { sleep } from '../../src/provider-kit/sleep.ts';

type RetryStrategy = Extract<NonNullable<S3ClientConfig['retryStrategy']>, { acquireInitialRetryToken: unknown }>;
type RetryToken = Awaited<ReturnType<RetryStrategy['acquireInitialRetryToken']>>;
type RetryReason = Parameters<RetryStrategy['refreshRetryTokenForRetry']>[1];

/** A list cannot be sent again from the middle, its parts can: so many tries has each request for one. */
const ATTEMPTS = 5;
/** The longest first pause, milliseconds; it doubles from try to try, and what is waited is drawn below it. */
const FIRST_PAUSE_MS = { TRANSIENT: 100, SERVER_ERROR: 100, THROTTLING: 500 } as const;
const NEVER_ABORTED = new AbortController().signal;

/** The SDK's retries of what a list is uploaded with, on our clock: the SDK's own would wait by the machine's. */
export class PartRetries implements RetryStrategy {
  readonly #ports: Pick<ProviderPorts, 'clock' | 'random'>;

  constructor(ports: Pick<ProviderPorts, 'clock' | 'random'>) {
    this.#ports = ports;
  }

  async acquireInitialRetryToken(): Promise<RetryToken> {
    return tokenOf(0);
  }

  /** Waits and allows the next try, or refuses it by throwing; the SDK gives up the wait itself when its caller does. */
  async refreshRetryTokenForRetry(token: RetryToken, { errorType }: RetryReason): Promise<RetryToken> {
    const count = token.getRetryCount() + 1;
    if (errorType === 'CLIENT_ERROR' || count >= ATTEMPTS) throw new Error('no further try');
    const { clock, random } = this.#ports;
    await sleep(clock, random.next() * FIRST_PAUSE_MS[errorType] * 2 ** (count - 1), NEVER_ABORTED);
    return tokenOf(count);
  }

  recordSuccess(): void {}
}

/** The wait is over when the token is given: the SDK adds none. */
function tokenOf(count: number): RetryToken {
  return { getRetryCount: () => count, getRetryDelay: () => 0 };
}
