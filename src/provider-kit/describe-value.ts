const SECRET_NAME = /secret|token|passw|passphrase|credential|authorization|(?:api|access|private|shared)[-_]?key/i;
const SECRET_TEXT =
  /^(?:AKIA|ASIA)[A-Z0-9]{16}$|^eyJ[\w-]+\.|-----BEGIN |^gh[a-z]_\w{20}|:\/\/[^/\s:]*:[^/\s@]+@|[;?&]\w*(?:token|secret|passw)\w*=|^(?=\S*\d)(?=\S*[A-Za-z])[\w+/=-]{32,}$/;
const SHOWN_LENGTH = 40;

/** Whether a name or a value looks like a secret, which no message may repeat. */
export function looksSecret(name: string | number | undefined, value: unknown): boolean {
  return (typeof name === 'string' && SECRET_NAME.test(name)) || (typeof value === 'string' && SECRET_TEXT.test(value));
}

/** A value for the end of a sentence; hides what looks like a secret. */
export function describeValue(value: unknown, name?: string | number): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'an empty value';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Date) return 'a date (put it in quotes to make it a string)';
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`;
  if (looksSecret(name, value)) return `a hidden ${typeof value}`;
  if (typeof value !== 'string') return `${value as number}`;
  return value.length > SHOWN_LENGTH
    ? `${JSON.stringify(value.slice(0, SHOWN_LENGTH)).slice(0, -1)}…"`
    : JSON.stringify(value);
}
