/** What messages show instead of a secret. */
export const CONCEALED = '…';

/** The most characters of a text from outside that a message shows: a service may answer megabytes, and each search for secrets takes time. */
const LONGEST_TEXT = 8000;

/** Cuts a long text and marks the cut. It ends with a whole word, because the first part of a token is a secret too. */
export function cutText(text: string, longest = LONGEST_TEXT): string {
  if (text.length <= longest) return text;
  return `${/^.*\s/s.exec(text.slice(0, longest - 1))?.[0] ?? ''}${CONCEALED}`;
}

/** Words in the name of an option, variable, header or parameter whose value is a secret. */
const SECRET_NAME =
  /secret|token|passw|passphrase|pwd|(?:^|[-_.])(?:pass|pw|sig)$|credential|authorization|cookie|signature|[-_.]auth$|(?:api|access|private|shared)[-_.]?key/i;

/** Values that are secrets under any name. */
const SECRET_VALUE =
  /^(?:AKIA|ASIA)[A-Z0-9]{16}$|^eyJ[\w-]+\.|-----BEGIN |^gh[a-z]_\w{20}|^ya29\.|^(?=\S*\d)(?=\S*[A-Za-z])[\w+/=-]{32,}$/;

/** Parameters of a Spark Connect address that are no secrets. All others are metadata, which servers use for tokens. */
const PLAIN_PARAMETERS = ['use_ssl', 'user_id', 'user_agent', 'session_id'];

const SPARK_ADDRESS = /\bsc:\/\/[^\s"'`]*/gi;
const PARAMETER = /([;?&])([\w.-]{1,64})=([^;&\s"'`]*)/g;
/** A header with a name and a value, as in a canonical request that a service repeats where it refuses a signature. */
const HEADER = /\b(x-[\w-]{1,64})(["']?\s{0,9}(?:[:=]|%3A)\s{0,9}["']?)([^\s"'&;,\\]+)/gi;
const USER_INFO = /(:\/\/)[^/\s:@]{0,256}:[^/\s@]{1,4096}@/g;

/** Whether a name or a value looks like a secret, which no message may repeat. */
export function looksSecret(name: string | number | undefined, value: unknown): boolean {
  if (typeof name === 'string' && SECRET_NAME.test(name)) return true;
  return typeof value === 'string' && (SECRET_VALUE.test(value) || concealAddresses(value) !== value);
}

/** Replaces the secrets of the addresses in a text: `user:password@`, parameters such as `;token=…`, and headers of requests. */
export function concealAddresses(text: string): string {
  return text
    .replace(SPARK_ADDRESS, (address) => withoutParameters(address, (name) => !PLAIN_PARAMETERS.includes(name)))
    .replace(USER_INFO, `$1${CONCEALED}@`)
    .replace(HEADER, (found: string, name: string, separator: string) =>
      SECRET_NAME.test(name) ? `${name}${separator}${CONCEALED}` : found,
    )
    .replace(PARAMETER, (found: string) => withoutParameters(found, (name) => SECRET_NAME.test(name)));
}

function withoutParameters(text: string, isSecret: (name: string) => boolean): string {
  return text.replace(PARAMETER, (found: string, separator: string, name: string) =>
    isSecret(name) ? `${separator}${name}=${CONCEALED}` : found,
  );
}
