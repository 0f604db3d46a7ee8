import type { S3ClientConfig } from '@aws-sdk/client-s3';
import type { ProviderPorts } from '../../src/contract/provider-plugin.ts';
import { sleep } from '../../src/provider-kit/sleep.ts';
import { isClockCorrected } from '../_aws/clock-skew.ts';
import type { SdkError } from '../_aws/sdk-error.ts';

type RetryStrategy = Extract<NonNullable<S3ClientConfig['retryStrategy']>, { acquireInitialRetryToken: unknown }>;
type RetryToken = Awaited<ReturnType<RetryStrategy['acquireInitialRetryToken']>>;
type RetryReason = Parameters<RetryStrategy['refreshRetryTokenForRetry']>[1];

/** The attempts for each part: a list cannot be sent again from the middle, its parts can. */
const ATTEMPTS = 5;
/** The upper limit of the first pause, milliseconds; it doubles with each attempt, and pauses have full jitter. */
const FIRST_PAUSE_MS = { TRANSIENT: 100, SERVER_ERROR: 100, THROTTLING: 500 } as const;
const NEVER_ABORTED = new AbortController().signal;

/** Retries of the uploads of parts on our clock; the SDK's retries use the system clock. */
export class PartRetries implements RetryStrategy {
  readonly #ports: Pick<ProviderPorts, 'clock' | 'random'>;

  constructor(ports: Pick<ProviderPorts, 'clock' | 'random'>) {
    this.#ports = ports;
  }

  async acquireInitialRetryToken(): Promise<RetryToken> {
    return tokenOf(0);
  }

  /** Waits and allows the next attempt, or throws to refuse it; the SDK ends the wait when its caller aborts. */
  async refreshRetryTokenForRetry(token: RetryToken, { errorType, error }: RetryReason): Promise<RetryToken> {
    const count = token.getRetryCount() + 1;
    // A call is repeated as a whole after the clock has been corrected.
    const isRefused = errorType === 'CLIENT_ERROR' || isClockCorrected(Object(error) as SdkError);
    if (isRefused || count >= ATTEMPTS) throw new Error('no more attempts');
    const { clock, random } = this.#ports;
    await sleep(clock, random.next() * FIRST_PAUSE_MS[errorType] * 2 ** (count - 1), NEVER_ABORTED);
    return tokenOf(count);
  }

  recordSuccess(): void {}
}

/** The wait ends before the token is returned: the SDK adds none. */
function tokenOf(count: number): RetryToken {
  return { getRetryCount: () => count, getRetryDelay: () => 0 };
}
