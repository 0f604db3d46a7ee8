import type { Logger } from '../contract/ports.ts';
import { concealedFields, LOG_VARIABLE } from '../telemetry/environment-logger.ts';
import { toJsonText } from './printable.ts';
import { warn, type CommandContext } from './terminal.ts';

const CLEAR_LINE = '\r\u001B[K';

/** Writes what the library warns about to stderr; `undefined` where `ANYSESSION_LOG` decides what is written. */
export function warningLogger({ terminal, json }: Pick<CommandContext, 'terminal' | 'json'>): Logger | undefined {
  if ((terminal.env[LOG_VARIABLE] ?? '').trim() !== '') return undefined;
  const write = (given: object, message: string): void => {
    const fields = concealedFields(given);
    // The status line may be in the way.
    if (terminal.stderr.isTTY === true) terminal.stderr.write(CLEAR_LINE);
    warn(
      terminal,
      json ? `${toJsonText({ warning: message, ...fields })}\n` : `warning: ${message}${factsOf(fields)}\n`,
    );
  };
  const silent = (): void => {};
  return { debug: silent, info: silent, warn: write, error: write };
}

function factsOf(fields: Readonly<Record<string, unknown>>): string {
  const facts = Object.entries(fields).map(
    ([name, value]) => `${name} ${typeof value === 'string' ? value : reasonOf(value)}`,
  );
  return facts.length === 0 ? '' : ` (${facts.join(', ')})`;
}

function reasonOf(value: unknown): string {
  const { message } = Object(value) as { readonly message?: unknown };
  return typeof message === 'string' ? message : toJsonText(value);
}
