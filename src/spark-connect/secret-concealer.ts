/** Stands where a secret stood. */
const CONCEALED = '…';

/** Less is no token, and may stand in a message by chance. */
const SHORTEST_SECRET = 8;

/** Makes what takes the secrets of a call's metadata out of a text: servers and proxies may repeat the token that they refuse. */
export function secretConcealer(metadata: Readonly<Record<string, string>>): (text: string) => string {
  const secrets = Object.values(metadata)
    .map((value) => value.replace(/^Bearer /, ''))
    .filter((value) => value.length >= SHORTEST_SECRET)
    .flatMap((value) => [value, encodeURIComponent(value)]);
  return (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, CONCEALED), text);
}
