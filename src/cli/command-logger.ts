import type { Logger } from '../contract/ports.ts';
import { concealedFields, LOG_VARIABLE } from '../telemetry/environment-logger.ts';
import { toJsonText } from './printable.ts';
import { CLEAR_LINE } from './status-line.ts';
import { warn, type CommandContext } from './terminal.ts';

/** Writes what the library warns about to stderr, with `--verbose` all it does; `undefined` where `ANYSESSION_LOG` decides. */
export function commandLogger({ terminal, json, verbose = false }: CommandContext): Logger | undefined {
  if ((terminal.env[LOG_VARIABLE] ?? '').trim() !== '') return undefined;
  const write =
    (level: string) =>
    (given: object, message: string): void => {
      const { operation: _inMessage, ...fields } = concealedFields(given);
      // The status line may be in the way.
      if (terminal.stderr.isTTY === true) terminal.stderr.write(CLEAR_LINE);
      warn(
        terminal,
        json ? `${toJsonText({ [level]: message, ...fields })}\n` : `${level}: ${message}${factsOf(fields)}\n`,
      );
    };
  const more = verbose ? write : () => (): void => {};
  return { debug: more('debug'), info: more('info'), warn: write('warning'), error: write('error') };
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
