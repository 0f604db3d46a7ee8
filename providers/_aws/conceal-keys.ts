import type { AwsCredentials } from './aws-options.ts';
import type { SdkError } from './sdk-error.ts';

const CONCEALED = '…';
/** A shorter value is no key, and may occur in a message by chance. */
const SHORTEST_KEY = 8;
/** The session token in the canonical request, which AWS repeats where it refuses a signature. */
const NAMED_TOKEN = /(x-amz-security-token["']?\s*(?:[:=]|%3A)\s*["']?)[^\s"'&;,\\]+/gi;

/**
 * Removes keys from an error of the SDK, in place: the caller's error has it as its cause.
 * @param keys - the keys of the call; without them only what its name gives away is found
 */
export function withoutKeys<Thrown extends Error>(error: Thrown, keys?: AwsCredentials): Thrown {
  const secrets = [keys?.sessionToken, keys?.secretAccessKey].filter(
    (key = '') => key.length >= SHORTEST_KEY,
  ) as string[];
  const conceal = (text: string): string =>
    secrets.reduce((rest, secret) => rest.replaceAll(secret, CONCEALED), text).replace(NAMED_TOKEN, `$1${CONCEALED}`);
  const members = error as unknown as Record<string, unknown>;
  for (const name of ['message', 'stack', ...Object.keys(error)]) {
    const value = members[name];
    if (typeof value === 'string') members[name] = conceal(value);
  }
  const { $response } = error as SdkError;
  // The answer's body repeats the message.
  if ($response !== undefined) Object.assign($response, { body: undefined });
  return error;
}
