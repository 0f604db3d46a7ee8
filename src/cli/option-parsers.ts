import { InvalidArgumentError } from 'commander';

/** Reads `--rows 10`. */
export function rowCount(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new InvalidArgumentError('Expected a whole number, 1 or more.');
}

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Reads `--timeout 90s` as milliseconds. A number without a unit is a number of seconds. */
export function durationMs(text: string): number {
  const [, amount, unit = 's'] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)?$/.exec(text) ?? [];
  const milliseconds = Math.round(Number(amount) * (UNITS_MS[unit] ?? Number.NaN));
  if (milliseconds > 0) return milliseconds;
  throw new InvalidArgumentError('Expected a duration above 0, such as 90s, 10m or 1h.');
}

/** Reads `--label team=etl`, which may be repeated. */
export function pairs(text: string, earlier: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Expected NAME=VALUE.');
  const name = text.slice(0, at);
  if (Object.hasOwn(earlier, name)) throw new InvalidArgumentError(`${name} was given twice.`);
  return { ...earlier, [name]: text.slice(at + 1) };
}

/** What `usage` adds up by. */
export type UsageGroup = 'session' | 'owner' | 'environment' | `label:${string}`;

/** Reads `--by owner`. */
export function usageGroup(text: string): UsageGroup {
  if (/^(session|owner|environment|label:.+)$/s.test(text)) return text as UsageGroup;
  throw new InvalidArgumentError('Expected session, owner, environment or label:NAME.');
}

/** Reads `--max-spend 2.50`. */
export function amount(text: string): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value > 0) return value;
  throw new InvalidArgumentError('Expected an amount above 0, such as 2.50, in the currency of `prices`.');
}

/** Reads one of a few words. */
export function choice<Word extends string>(...words: readonly Word[]): (text: string) => Word {
  return (text) => {
    const found = words.find((word) => word === text);
    if (found !== undefined) return found;
    throw new InvalidArgumentError(`Expected ${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}.`);
  };
}

/** Reads one or more of a few words; they may be separated by commas, or the option repeated. */
export function choices<Word extends string>(
  ...words: readonly Word[]
): (text: string, earlier?: readonly Word[]) => readonly Word[] {
  const one = choice(...words);
  return (text, earlier = []) => [...new Set([...earlier, ...text.split(',').map((word) => one(word.trim()))])];
}

/** Reads `--port 15002`. */
export function port(text: string): number {
  const number = Number(text);
  if (/^\d{1,5}$/.test(text) && number > 0 && number < 65_536) return number;
  throw new InvalidArgumentError('Expected a port, 1 to 65535.');
}
