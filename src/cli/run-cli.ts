import { CommanderError } from 'commander';
import { ERROR_KINDS } from '../contract/error-kinds.ts';
import { formatError, SessionError } from '../contract/session-error.ts';
import { MissingPackageError } from '../provider-kit/load-peer.ts';
import { createProgram } from './program.ts';
import { toJsonText } from './printable.ts';
import { protectSql } from './sql-argument.ts';
import { OUTPUT_CLOSED, warn, type Terminal } from './terminal.ts';

/**
 * Runs one command line and writes what comes of it; never throws.
 * @param args - without the program's own name
 * @returns the exit code: 0, or that of the error's kind.
 */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  const failure = (await failureOf(args, terminal)) ?? (await outputFailure(terminal));
  return failure === undefined ? 0 : reportFailure(failure, args, terminal);
}

/** Writes a failure of the command line; returns its exit code. */
export function reportFailure(failure: unknown, args: readonly string[], terminal: Terminal): number {
  const { exitCode, text } = reportError(failure, args.includes('--json'));
  warn(terminal, text);
  return exitCode;
}

/** What a command line fails with; `undefined` when it succeeds, or ends only because of its output. */
async function failureOf(args: readonly string[], terminal: Terminal): Promise<unknown> {
  try {
    const program = createProgram(terminal);
    await program.parseAsync(protectSql(args, program), { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return undefined;
    const { reason } = terminal.signal as { readonly reason: unknown };
    const isOver = reason === OUTPUT_CLOSED || SessionError.is(reason);
    return isOver && SessionError.is(error, 'aborted') ? undefined : asOurs(error);
  }
  return undefined;
}

/** Why the output could not be written; that whoever reads it has seen enough is no failure of ours. */
async function outputFailure({ signal }: Terminal): Promise<SessionError | undefined> {
  // A stream tells of a write that failed one turn later, and the command may have been over by then.
  await new Promise((resolve) => setImmediate(resolve));
  return SessionError.is(signal.reason) ? signal.reason : undefined;
}

function asOurs(error: unknown): unknown {
  if (!(error instanceof CommanderError)) return error;
  const reason = error.code === 'commander.help' ? 'a command is missing' : error.message.replace(/^error: /, '');
  return new SessionError('invalid-request', `${reason}\nanysession --help lists commands and options`, {
    operation: 'cli',
  });
}

/** The flags for the options that advice names. */
const FLAGS: Readonly<Record<string, string>> = { 'restart: true': '`--restart`' };

/** A failure as the command line tells it. */
export interface ErrorReport {
  /** The exit code of the first error. */
  readonly exitCode: number;
  /** For stderr, with a line break at its end. */
  readonly text: string;
}

/** Turns whatever was thrown into an exit code and a text: for people, or one JSON object a line. */
export function reportError(thrown: unknown, json: boolean): ErrorReport {
  const [first, ...others] = errorsIn(thrown);
  const { exitCode } = ERROR_KINDS[first.kind];
  if (json) {
    const advice = adviceFor(first);
    const more = others.length === 0 ? {} : { others: others.map((error) => error.toJSON()) };
    return { exitCode, text: `${toJsonText({ error: { ...first.toJSON(), advice, ...more } })}\n` };
  }
  return { exitCode, text: [first, ...others].map(forPeople).join('') };
}

function forPeople(error: SessionError): string {
  return `${formatError(error, adviceFor(error))}\n`;
}

/** What to do next, in the language of the shell. */
function adviceFor({ cause, advice }: SessionError): string | undefined {
  if (cause instanceof MissingPackageError) {
    return `To run without installing it: npx -p anysession -p ${cause.packageName} anysession …`;
  }
  return advice?.replace(
    /`([^`]+)`/g,
    (text, option: string) => (Object.hasOwn(FLAGS, option) && FLAGS[option]) || text,
  );
}

/** The errors of a failure, the first one first; what is not ours is a bug of ours. */
function errorsIn(thrown: unknown): readonly [SessionError, ...SessionError[]] {
  if (SessionError.is(thrown)) return [thrown];
  if (thrown instanceof AggregateError) {
    const [first, ...others] = thrown.errors.flatMap(errorsIn);
    if (first !== undefined) return [first, ...others];
  }
  return [new SessionError('internal', String(thrown), { operation: 'cli', cause: thrown })];
}
