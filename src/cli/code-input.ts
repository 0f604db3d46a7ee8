import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { SessionError } from '../contract/session-error.ts';
import { raceAbort } from '../provider-kit/race-abort.ts';
import { note, type Terminal } from './terminal.ts';

/**
 * Reads SQL or code: the argument, a file, or standard input for `-` or when something is piped.
 * @param what - `SQL` or `code`, for messages
 * @throws SessionError `invalid-request` when nothing is given, or two.
 */
export async function readCode(
  terminal: Terminal,
  what: string,
  { text, file }: { readonly text: string | undefined; readonly file: string | undefined },
): Promise<string> {
  if (text !== undefined && file !== undefined) throw refusal(`give the ${what} as text or by --file, not both`);
  if (file !== undefined) return readCodeFile(resolve(terminal.cwd, file), file);
  const nothing = `give the ${what} as text, on standard input, or by --file`;
  if (text === undefined && terminal.stdin.isTTY === true) throw refusal(nothing);
  if (text !== undefined && text !== '-') return text;
  const piped = await readStdin(terminal, what);
  if (text === undefined && piped.trim() === '') throw refusal(nothing);
  return piped;
}

async function readStdin(terminal: Terminal, what: string): Promise<string> {
  const { stdin, signal } = terminal;
  if (stdin.isTTY === true) note(terminal, `Type the ${what}. Ctrl-D on an empty line ends it.`);
  try {
    return await raceAbort(readAll(stdin), signal, 'cli');
  } catch (error) {
    // A read that is still open would keep the process alive.
    stdin.destroy();
    if (SessionError.is(error)) throw error;
    throw refusal(`standard input cannot be read (${String((error as NodeJS.ErrnoException).code)})`, error);
  }
}

async function readCodeFile(path: string, name: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : String(code);
    throw refusal(`the file ${name} cannot be read: ${why}`, cause);
  }
}

function refusal(message: string, cause?: unknown): SessionError {
  return new SessionError('invalid-request', message, { operation: 'cli', cause });
}
