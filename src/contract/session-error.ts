import { ERROR_KINDS, type ErrorKind, type ErrorKindFacts, type Retry } from './error-kinds.ts';
import type { Observation } from './observation.ts';
import { concealAddresses, cutText } from './secret-text.ts';
import type { SessionHandle } from './session-handle.ts';

/** Whether the service may have acted although the call failed. `none`: it has not. `unknown`: find out before you try again. */
export type Effect = 'none' | 'unknown';

/** What the service itself said, for a support ticket; never holds a secret. */
export interface NativeError {
  readonly code?: string | undefined;
  readonly requestId?: string | undefined;
  readonly httpStatus?: number | undefined;
  /** The SQLSTATE of a statement that was refused, five characters. */
  readonly sqlState?: string | undefined;
  /** What the engine fills into the message of `code`. */
  readonly messageParameters?: Readonly<Record<string, string>> | undefined;
  /** The places in the statement that the error is about. */
  readonly queryContexts?: readonly QueryContext[] | undefined;
}

/** A place in a statement that an engine complains about; positions count characters from 0, `stop` is the last one. */
export interface QueryContext {
  readonly fragment: string;
  readonly start: number;
  readonly stop: number;
}

/** What a {@link SessionError} is made of besides its kind and message. */
export interface SessionErrorDetails {
  /** What was being done: a contract verb (`'describe'`) or a word of the facade (`'whenReady'`). */
  readonly operation: string;
  readonly retry?: Retry | undefined;
  /** `'none'` unless said otherwise. */
  readonly effect?: Effect | undefined;
  readonly provider?: string | undefined;
  readonly handle?: SessionHandle | undefined;
  readonly native?: NativeError | undefined;
  /** How long the service asked us to wait, milliseconds (Retry-After); at most one minute. */
  readonly retryAfterMs?: number | undefined;
  /** The last thing that was seen of the session, for `session-failed`. */
  readonly observation?: Observation | undefined;
  readonly cause?: unknown;
  /**
   * What to do next, in one or two sentences; the advice of the kind by default. It is added to the message. Write options in backticks, as
   * in code: the command line shows its flags instead.
   */
  readonly advice?: string | undefined;
}

/**
 * The longest wait that a service can ask for, milliseconds. Services forget a rate within a minute, and the date in a
 * Retry-After header is wrong by as much as one of the two clocks.
 */
const LONGEST_RETRY_AFTER_MS = 60_000;

/** Longer than what a message repeats from outside, so that our own words after it stay. */
const LONGEST_MESSAGE = 16_000;

const MARKER = Symbol.for('anysession.SessionError');

/**
 * The one error class of anysession. Tell errors apart by `kind`, with {@link SessionError.is},
 * which also works when two copies of the package are loaded; `instanceof` does not.
 */
export class SessionError extends Error {
  // A bundler may rename the class, and the inspector prints its name.
  static override readonly name = 'SessionError';
  declare readonly kind: ErrorKind;
  declare readonly operation: string;
  declare readonly retry: Retry;
  declare readonly effect: Effect;
  declare readonly provider: string | undefined;
  declare readonly handle: SessionHandle | undefined;
  declare readonly native: NativeError | undefined;
  declare readonly retryAfterMs: number | undefined;
  declare readonly observation: Observation | undefined;
  /** What to do next: the end of the message, or the advice of the kind. */
  declare readonly advice: string | undefined;

  static {
    this.prototype.name = 'SessionError';
  }

  constructor(kind: ErrorKind, message: string, details: SessionErrorDetails) {
    const { cause, advice, observation } = details;
    const isAdvised = advice !== undefined && message.endsWith(advice);
    const what = cutText(isAdvised ? message.slice(0, message.length - advice.length) : message, LONGEST_MESSAGE);
    const end = advice === undefined ? '' : isAdvised ? advice : `${what.endsWith('.') ? '' : '.'} ${advice}`;
    super(concealAddresses(`${what}${end}`), cause === undefined ? undefined : { cause });
    const { operation, effect = 'none', provider, handle, native, retryAfterMs } = details;
    const facts: ErrorKindFacts = ERROR_KINDS[kind];
    const shown = {
      kind,
      operation,
      retry: details.retry ?? facts.retry,
      effect,
      provider,
      handle,
      native,
      retryAfterMs: retryAfterMs === undefined ? undefined : Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS),
      advice: advice ?? facts.advice,
    };
    for (const [name, value] of Object.entries({ ...shown, observation })) {
      // Node.js prints the enumerable members of an error that ends the process.
      const enumerable = value !== undefined && name !== 'observation';
      Object.defineProperty(this, name, { value, enumerable, configurable: true });
    }
  }

  get [MARKER](): true {
    return true;
  }

  /** Tells whether a caught value is a SessionError, and of the given kind where one is named. */
  static is<K extends ErrorKind = ErrorKind>(value: unknown, kind?: K): value is SessionError & { readonly kind: K } {
    if (typeof value !== 'object' || value === null || !(MARKER in value)) return false;
    return kind === undefined || (value as SessionError).kind === kind;
  }

  /** The same error with some details, or its message, filled in or replaced; the stack and the cause stay those of the first one. */
  with(details: Partial<SessionErrorDetails>, message = this.message): SessionError {
    const { operation, retry, effect, provider, handle, native, retryAfterMs, observation, cause } = this;
    const advice = endOf(this);
    const known = { operation, retry, effect, provider, handle, native, retryAfterMs, observation, cause, advice };
    const copy = new SessionError(this.kind, message, { ...known, ...details });
    if (this.stack !== undefined) copy.stack = this.stack;
    return copy;
  }

  /** The error as plain data for logs and `--json`: no stack, no cause, no secret. */
  toJSON(): Record<string, unknown> {
    const { kind, message, operation, retry, effect, provider, handle, native, retryAfterMs, advice } = this;
    return { kind, message, operation, retry, effect, provider, handle, native, retryAfterMs, advice };
  }

  /** A few lines for `console.error`: {@link formatError}, the caller's stack frames, and a cause that the message does not contain. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const { kind, message, cause, stack = '' } = this;
    const frames = stack.split('\n').filter((line) => /^ +at /.test(line));
    const isBug = kind === 'internal';
    const shown = isBug ? frames : frames.filter((line) => !LIBRARY_FRAME.test(line)).slice(0, MAX_FRAMES);
    const lines = [`SessionError ${formatError(this)}`, ...shown];
    if (cause instanceof Error && !message.includes(cause.message)) {
      lines.push(`  caused by ${concealAddresses(cutText((isBug ? cause.stack : undefined) ?? String(cause)))}`);
    }
    return lines.join('\n');
  }
}

/** Stack frames of Node.js and of packages, this one included. */
const LIBRARY_FRAME = /node:|[/\\](?:node_modules|dist[/\\]src)[/\\]/;
const MAX_FRAMES = 3;

/** The advice that ends the message. */
function endOf({ message, advice }: SessionError): string | undefined {
  return advice !== undefined && message.endsWith(advice) ? advice : undefined;
}

/**
 * The error in a few lines: kind, what happened, native codes, and what to do.
 * @param advice - in the reader's language; the error's own by default.
 */
export function formatError(error: SessionError, advice = error.advice): string {
  const { kind, message, native } = error;
  const what = message.slice(0, message.length - (endOf(error)?.length ?? 0)).trimEnd();
  const codes = [native?.code, native?.requestId && `request ${native.requestId}`].filter(Boolean).join(', ');
  const lines = [`[${kind}] ${what}`];
  if (codes !== '') lines.push(`  code: ${codes}`);
  if (advice !== undefined) lines.push(`→ ${advice}`);
  return lines.join('\n');
}
