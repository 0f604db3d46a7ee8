import { SessionError } from '../contract/session-error.ts';

/** What a client gets for a failed call. */
export interface ToolFailure {
  readonly [name: string]: unknown;
  readonly isError: true;
  readonly content: { readonly type: 'text'; readonly text: string }[];
  readonly structuredContent: { readonly error: object };
}

/** Advice names options as code has them and commands as a shell has them: here both are arguments and tools. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/`?\btimeoutMs\b`?/g, '`timeoutSeconds`'],
  [/\banysession list\b/g, 'list_sessions'],
  [/Name a session: an id.*--mine\./g, 'Pass `session`: an id of list_sessions.'],
];

/** The failure of a call as a result: the text of the error with its advice, and the same as structured content. */
export function toolFailure(thrown: unknown): ToolFailure {
  const error = toSessionError(thrown);
  const { kind, retry, effect, provider, handle, native } = error;
  const [message, advice] = [error.message, error.advice].map((text) => text && inWordsOfTools(text));
  const shown = advice === undefined || message?.endsWith(advice) === true ? '' : `\n→ ${advice}`;
  const { code, requestId } = native ?? {};
  const facts = { kind, message, advice, retry, effect, provider, session: handle?.id, code, requestId };
  return {
    isError: true,
    content: [{ type: 'text', text: `[${kind}] ${message ?? ''}${shown}` }],
    structuredContent: { error: facts },
  };
}

/** The error of a failed call; what is not ours is a bug of ours, and of several errors the first one counts. */
export function toSessionError(thrown: unknown): SessionError {
  if (SessionError.is(thrown)) return thrown;
  if (thrown instanceof AggregateError && thrown.errors.length > 0) return toSessionError(thrown.errors[0]);
  if (thrown instanceof Error && thrown.name === 'AbortError') {
    return new SessionError('aborted', 'The call was cancelled', {
      operation: 'mcp',
      effect: 'unknown',
      cause: thrown,
    });
  }
  return new SessionError('internal', String(thrown), { operation: 'mcp', cause: thrown });
}

function inWordsOfTools(text: string): string {
  return WORDS.reduce((done, [from, to]) => done.replace(from, to), text);
}
