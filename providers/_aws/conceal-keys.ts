import { concealAddresses } from '../../src/contract/secret-text.ts';
import { concealError } from '../../src/provider-kit/conceal-error.ts';
import { secretConcealer } from '../../src/provider-kit/secret-concealer.ts';
import type { AwsCredentials } from './aws-options.ts';
import type { SdkError } from './sdk-error.ts';

/**
 * Removes keys from an error of the SDK, in place, because it is the cause of the caller's error: AWS repeats the whole request with
 * its session token where it refuses a signature.
 * @param keys - the keys of the call; without them only what its name gives away is found
 */
export function withoutKeys<Thrown extends Error>(error: Thrown, keys?: AwsCredentials): Thrown {
  const { sessionToken = '', secretAccessKey = '' } = keys ?? {};
  const ofValues = secretConcealer([sessionToken, secretAccessKey]);
  concealError(error, (text) => concealAddresses(ofValues(text)));
  const { $response } = error as SdkError;
  // The answer's body repeats the message.
  if ($response !== undefined) Object.assign($response, { body: undefined });
  return error;
}
