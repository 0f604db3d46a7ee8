import { ERROR_KINDS } from '../contract/error-kinds.ts';
import { formatError, SessionError } from '../contract/session-error.ts';
import { MissingPackageError } from '../provider-kit/load-peer.ts';
import { toJsonText } from './printable.ts';
import { repeatChoice } from './repeated-choice.ts';

/** The flags for the options that advice names. */
const FLAGS: Readonly<Record<string, string>> = {
  'restart: true': '`--restart`',
  queueTimeoutMs: '`--queue`',
  timeoutMs: '`--timeout`',
  port: '`--port`',
  // Without its own options a command takes the session as it is.
  "adopt: 'any'": 'no other options',
};

/** A failure as the command line tells it. */
export interface ErrorReport {
  /** The exit code of the first error. */
  readonly exitCode: number;
  /** For stderr, with a line break at its end. */
  readonly text: string;
}

/**
 * Turns whatever was thrown into an exit code and a text: for people, or one JSON object a line.
 * @param choice - the options that chose the environment: the commands in the text repeat them
 */
export function reportError(thrown: unknown, json: boolean, choice = ''): ErrorReport {
  const [first, ...others] = errorsIn(thrown);
  const { exitCode } = ERROR_KINDS[first.kind];
  if (json) {
    const advice = repeatChoice(adviceFor(first) ?? '', choice) || undefined;
    const message = repeatChoice(first.message, choice);
    const more = others.length === 0 ? {} : { others: others.map((error) => error.toJSON()) };
    return { exitCode, text: `${toJsonText({ error: { ...first.toJSON(), message, advice, ...more } })}\n` };
  }
  return { exitCode, text: repeatChoice([first, ...others].map(forPeople).join(''), choice) };
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
