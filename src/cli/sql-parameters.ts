import type { ParameterValue } from '../contract/statement-runner.ts';
import { SessionError } from '../contract/session-error.ts';
import { closestName } from '../provider-kit/closest-name.ts';
import type { SplitStatement } from './split-sql.ts';

/** The values of `--param` by name. */
export type ParameterTexts = Readonly<Record<string, string>>;

/**
 * The parameters of each statement: those of `--param` that it uses.
 * @throws SessionError `invalid-request` for a parameter that no statement uses.
 */
export function parametersOf(
  statements: readonly SplitStatement[],
  texts: ParameterTexts,
): readonly (Readonly<Record<string, ParameterValue>> | undefined)[] {
  const used = new Set(statements.flatMap(({ parameters }) => [...parameters]));
  const unused = Object.keys(texts).find((name) => !used.has(name));
  if (unused !== undefined) {
    const closest = closestName(unused, [...used]);
    const hint = closest === undefined ? '' : ` Did you mean "${closest}"?`;
    const message = `No statement uses the parameter "${unused}".${hint} Write :${unused} in Spark SQL, $${unused} in DuckDB.`;
    throw new SessionError('invalid-request', message, { operation: 'sql' });
  }
  return statements.map(({ parameters }) => {
    const own = Object.entries(texts).filter(([name]) => parameters.has(name));
    return own.length === 0
      ? undefined
      : Object.fromEntries(own.map(([name, text]) => [name, parameterValue(text)] as const));
  });
}

/** Numbers, `true`, `false` and `null` as JSON has them, and a text in double quotes. Everything else is a text as it is. */
export function parameterValue(text: string): ParameterValue {
  if (/^-?(?:0|[1-9]\d*)$/.test(text)) {
    const number = Number(text);
    return Number.isSafeInteger(number) ? number : BigInt(text);
  }
  if (!/^(?:-?\d|true$|false$|null$|")/.test(text)) return text;
  try {
    return JSON.parse(text) as ParameterValue;
  } catch {
    return text;
  }
}
