import { concealAddresses } from '../../src/contract/secret-text.ts';
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
  const conceal = (value: unknown): unknown => {
    if (typeof value === 'string') return concealAddresses(ofValues(value));
    if (Array.isArray(value)) return value.map(conceal);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, conceal(member)]));
  };
  const members = error as unknown as Record<string, unknown>;
  // The SDK's own members begin with `$`.
  const names = Object.keys(error).filter((name) => name !== 'name' && name !== 'cause' && !name.startsWith('$'));
  // What cannot be set, as in a DOMException, is the user's own.
  for (const name of ['message', 'stack', ...names]) Reflect.set(members, name, conceal(members[name]));
  const { $response } = error as SdkError;
  // The answer's body repeats the message.
  if ($response !== undefined) Object.assign($response, { body: undefined });
  return error;
}
