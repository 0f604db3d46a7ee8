import { ERROR_KINDS } from '../contract/error-kinds.ts';
import { SessionError } from '../contract/session-error.ts';
import { MissingPackageError } from '../provider-kit/load-peer.ts';

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
    return { exitCode, text: `${JSON.stringify({ error: { ...first.toJSON(), advice, ...more } })}\n` };
  }
  return { exitCode, text: [first, ...others].map(forPeople).join('') };
}

function forPeople(error: SessionError): string {
  const { message, kind, native } = error;
  const codes = [native?.code, native?.requestId && `request ${native.requestId}`].filter(Boolean).join(', ');
  const service = codes === '' ? '' : `\n  the service said: ${codes}`;
  // Whoever pressed Ctrl-C needs no advice.
  const advice = kind === 'aborted' ? '' : `\n→ ${adviceFor(error)}`;
  return `${message}${service}${advice}\n`;
}

function adviceFor({ kind, cause }: SessionError): string {
  if (!(cause instanceof MissingPackageError)) return ERROR_KINDS[kind].advice;
  return `To run without installing it: npx -p anysession -p ${cause.packageName} anysession …`;
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
