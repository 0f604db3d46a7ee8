const CONCEALED = '…';

/** A shorter value is no token, and may occur in a message by chance. */
const SHORTEST_SECRET = 8;

/** Makes a function that removes the secrets of a call's metadata from a text. Servers and proxies may repeat a token that they refuse. */
export function secretConcealer(metadata: Readonly<Record<string, string>>): (text: string) => string {
  const secrets = Object.values(metadata)
    .map((value) => value.replace(/^Bearer /, ''))
    .filter((value) => value.length >= SHORTEST_SECRET)
    .flatMap((value) => [value, encodeURIComponent(value)]);
  return (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, CONCEALED), text);
}
