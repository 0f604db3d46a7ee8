import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { SessionError } from '../contract/session-error.ts';
import { openNewFile, unwritableFile } from './new-file.ts';
import type { ResultFormat } from './result-printer.ts';
import { terminalWith, type CommandContext, type Terminal } from './terminal.ts';

/** Where results go, and how. */
export interface ResultTarget {
  readonly format: ResultFormat;
  /** A file that does not exist yet; `undefined` for stdout. */
  readonly file: string | undefined;
  /** The word behind the format and the file, if there is one. */
  readonly rest: string | undefined;
}

const FILE_FORMATS: readonly ResultFormat[] = ['csv', 'json', 'jsonl', 'arrow'];

/**
 * Reads `--json`, `--csv`, and `--output csv FILE`. Without them a terminal gets a table, a pipe lines with tabs.
 * @throws SessionError `invalid-request` for two outputs at once, or an unknown format.
 */
export function chooseTarget(
  { terminal, json }: CommandContext,
  options: { readonly csv?: boolean; readonly output?: readonly string[]; readonly rows?: number },
): ResultTarget {
  const { csv = false, output } = options;
  const given = [json && output === undefined && '--json', csv && '--csv', output !== undefined && '--output'];
  const [first, second] = given.filter((flag) => flag !== false);
  if (second !== undefined) throw refusal(`${first ?? ''} and ${second} cannot both be: choose one`);
  const stdout = { file: undefined, rest: undefined };
  if (output === undefined) {
    return { ...stdout, format: json ? 'json' : csv ? 'csv' : terminal.stdout.isTTY === true ? 'table' : 'tsv' };
  }
  const [name = '', file, rest, ...more] = output;
  const format = FILE_FORMATS.find((each) => each === name);
  if (format === undefined) throw refusal(`--output writes ${FILE_FORMATS.join(', ')}, not "${name}"`);
  if (file === undefined) throw refusal(`--output ${format} needs a file; - is standard output`);
  if (more.length > 0) throw refusal(`too many arguments: ${more.join(' ')}`);
  if (format === 'arrow' && options.rows !== undefined)
    throw refusal('--rows does not apply to arrow: use LIMIT in the SQL');
  return { format, file: file === '-' ? undefined : file, rest };
}

/**
 * Runs work whose results go to the target. The file is created before anything is started, and removed if the work fails.
 * @throws SessionError `conflict` when the file exists, `invalid-request` when it cannot be written.
 */
export async function withTarget(
  terminal: Terminal,
  { file }: ResultTarget,
  work: (out: Terminal) => Promise<void>,
): Promise<void> {
  if (file === undefined) return work(terminal);
  const path = resolve(terminal.cwd, file);
  const handle = await openNewFile(path, file, { operation: 'sql', advice: 'Nothing was started.' });
  const controller = new AbortController();
  const stop = (): void => {
    controller.abort(terminal.signal.reason);
  };
  terminal.signal.addEventListener('abort', stop);
  const stdout = handle.createWriteStream();
  stdout.on('error', (cause: NodeJS.ErrnoException) => {
    controller.abort(unwritableFile(file, cause, 'sql'));
  });
  try {
    await work(terminalWith(terminal, { stdout, signal: controller.signal }));
    if (!stdout.errored) {
      stdout.end();
      await once(stdout, 'close');
    }
    const { reason } = controller.signal as { readonly reason: unknown };
    if (SessionError.is(reason)) throw reason;
  } catch (error) {
    stdout.destroy();
    await rm(path, { force: true });
    throw error;
  } finally {
    terminal.signal.removeEventListener('abort', stop);
  }
}

function refusal(message: string): SessionError {
  return new SessionError('invalid-request', message, { operation: 'sql' });
}
