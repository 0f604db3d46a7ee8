import { ERROR_KINDS, type ErrorKind, type Retry } from './error-kinds.ts';
import type { Observation } from './observation.ts';
import { concealAddresses } from './secret-text.ts';
import type { SessionHandle } from './session-handle.ts';

/** Did the cloud perhaps act although the call failed? `none`: surely not. `unknown`: look before trying again. */
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
  /** How long the service asked us to wait, milliseconds (Retry-After); more than {@link LONGEST_RETRY_AFTER_MS} counts as that. */
  readonly retryAfterMs?: number | undefined;
  /** The last thing that was seen of the session, for `session-failed`. */
  readonly observation?: Observation | undefined;
  readonly cause?: unknown;
}

/**
 * The longest wait that a service can ask for, milliseconds. Services forget a rate within a minute, and the date in a
 * Retry-After header is wrong by as much as one of the two clocks.
 */
export const LONGEST_RETRY_AFTER_MS = 60_000;

const MARKER = Symbol.for('anysession.SessionError');

/**
 * The one error class of anysession. Tell errors apart by `kind`, with {@link SessionError.is},
 * which also works when two copies of the package are loaded; `instanceof` does not.
 */
export class SessionError extends Error {
  readonly [MARKER] = true;
  readonly kind: ErrorKind;
  readonly operation: string;
  readonly retry: Retry;
  readonly effect: Effect;
  readonly provider: string | undefined;
  readonly handle: SessionHandle | undefined;
  readonly native: NativeError | undefined;
  readonly retryAfterMs: number | undefined;
  readonly observation: Observation | undefined;

  constructor(kind: ErrorKind, message: string, details: SessionErrorDetails) {
    super(`[${kind}] ${concealAddresses(message)}`, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'SessionError';
    this.kind = kind;
    this.operation = details.operation;
    this.retry = details.retry ?? ERROR_KINDS[kind].retry;
    this.effect = details.effect ?? 'none';
    this.provider = details.provider;
    this.handle = details.handle;
    this.native = details.native;
    this.retryAfterMs =
      details.retryAfterMs === undefined ? undefined : Math.min(details.retryAfterMs, LONGEST_RETRY_AFTER_MS);
    this.observation = details.observation;
  }

  /** Tells whether a caught value is a SessionError, and of the given kind where one is named. */
  static is<K extends ErrorKind = ErrorKind>(value: unknown, kind?: K): value is SessionError & { readonly kind: K } {
    if (typeof value !== 'object' || value === null || !(MARKER in value)) return false;
    return kind === undefined || (value as SessionError).kind === kind;
  }

  /** The same error with some details filled in or replaced; the stack and the cause stay those of the first one. */
  with(details: Partial<SessionErrorDetails>): SessionError {
    const { operation, retry, effect, provider, handle, native, retryAfterMs, observation, cause } = this;
    const known = { operation, retry, effect, provider, handle, native, retryAfterMs, observation, cause };
    const copy = new SessionError(this.kind, this.message.slice(this.kind.length + 3), { ...known, ...details });
    if (this.stack !== undefined) copy.stack = this.stack;
    return copy;
  }

  /** The error as plain data for logs and `--json`: no stack, no cause, no secret. */
  toJSON(): Record<string, unknown> {
    const { kind, message, operation, retry, effect, provider, handle, native, retryAfterMs } = this;
    return { kind, message, operation, retry, effect, provider, handle, native, retryAfterMs };
  }
}
