import { SessionError } from '../../contract/session-error.ts';

/** What a line that begins with a backslash asks for. */
export type ShellCommand =
  | { readonly kind: 'help' }
  | { readonly kind: 'quit' }
  | { readonly kind: 'sql'; readonly text: string }
  /** `undefined` ends the output to a file. */
  | { readonly kind: 'output'; readonly file: string | undefined };

/** The help of the shell. */
export const SHELL_HELP = `A statement ends with a semicolon and may have several lines. Ctrl-C cancels it; the session keeps running.

  \\d            list the tables
  \\d TABLE      describe a table
  \\o FILE       write the results to a new file: CSV for .csv, JSON lines for .jsonl, otherwise lines with tabs
  \\o            write the results to the terminal again
  \\?            this help
  \\q, Ctrl-D    leave the shell
`;

/**
 * Reads a line that begins with a backslash.
 * @throws SessionError `invalid-request` for an unknown one.
 */
export function parseShellCommand(line: string): ShellCommand {
  const [, name = '', argument = ''] = /^\\(\S*)\s*(.*?)\s*;?\s*$/s.exec(line) ?? [];
  if (name === '?' && argument === '') return { kind: 'help' };
  if (name === 'q' && argument === '') return { kind: 'quit' };
  if (name === 'd') return { kind: 'sql', text: argument === '' ? 'SHOW TABLES' : `DESCRIBE ${argument}` };
  if (name === 'o') return { kind: 'output', file: argument === '' ? undefined : argument };
  throw new SessionError('invalid-request', `There is no shell command ${line.trim()}`, {
    operation: 'shell',
    advice: '\\? lists the commands.',
  });
}
