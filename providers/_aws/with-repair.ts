import { isClockCorrected, namingClock } from './clock-skew.ts';
import { withoutKeys } from './conceal-keys.ts';
import type { CredentialSource } from './credential-source.ts';
import type { SdkError } from './sdk-error.ts';

/** A client of the SDK and the keys that it signs with. */
export interface SigningClient {
  readonly client: { readonly config: object };
  readonly credentials: CredentialSource;
}

/**
 * What services answer to keys that have expired, or were deleted when new ones were made.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html (read 2026-11-30)
 */
const REFUSED_KEYS: ReadonlySet<string> = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidToken',
  'TokenRefreshRequired',
  'UnrecognizedClientException',
]);

/**
 * Sends a request with keys, and once more when the service refuses it for a reason that is gone then: a wrong clock, which the SDK
 * corrects by the answer, or keys that have been renewed. A refused request has done nothing.
 */
export async function withRepair<Answer>(
  { client, credentials }: SigningClient,
  signal: AbortSignal,
  send: (isRepeated: boolean) => Promise<Answer>,
): Promise<Answer> {
  for (let isRepeated = false; ; isRepeated = true) {
    const keys = await credentials.get(signal);
    try {
      return await send(isRepeated);
    } catch (thrown) {
      if (!(thrown instanceof Error)) throw thrown;
      const error: SdkError = withoutKeys(thrown, keys);
      if (!isRepeated && isClockCorrected(error)) continue;
      if (!isRepeated && REFUSED_KEYS.has(error.name) && (await credentials.renew(keys, signal))) continue;
      throw namingClock(error, offsetOf(client));
    }
  }
}

/** The service's time minus this machine's, as the SDK measures it. */
function offsetOf({ config }: SigningClient['client']): number {
  return (config as { readonly systemClockOffset?: number }).systemClockOffset ?? 0;
}
