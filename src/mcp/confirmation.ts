import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SessionError } from '../contract/session-error.ts';
import { CONFIRMATION_TIMEOUT_MS } from './limits.ts';

/** What the user is asked before something is done. */
export interface Question {
  /** The operation, as errors name it. */
  readonly operation: string;
  /** The whole question, with what it costs. Texts from outside are quoted with {@link quoted}. */
  readonly text: string;
  /** How a client without questions gets the same, in one sentence. */
  readonly otherwise: string;
}

/** Resolves when the user agrees. @throws SessionError `unsupported`, `aborted`, `timeout`; nothing has been done. */
export type Ask = (question: Question, signal: AbortSignal) => Promise<void>;

/** The answer that counts: an action alone may be sent by a client that accepts everything with one key. */
const ANSWER = {
  type: 'object' as const,
  properties: {
    confirm: { type: 'boolean' as const, title: 'Yes, do it', description: 'Nothing happens unless this is true.' },
  },
  required: ['confirm'],
};

/** Asks through the elicitation of the client. */
export function askThrough({ server }: McpServer): Ask {
  return async ({ operation, text, otherwise }, signal) => {
    const refuse = (kind: 'unsupported' | 'aborted' | 'timeout', message: string, advice: string): SessionError =>
      new SessionError(kind, message, { operation, advice });
    if (server.getClientCapabilities()?.elicitation?.form === undefined) {
      const message = 'This needs the confirmation of the user, and this MCP client cannot ask (no elicitation)';
      throw refuse('unsupported', message, otherwise);
    }
    const params = { message: text, requestedSchema: ANSWER };
    const answer = await server
      .elicitInput(params, { signal, timeout: CONFIRMATION_TIMEOUT_MS })
      .catch((cause: unknown) => {
        signal.throwIfAborted();
        const why = cause instanceof Error ? cause.message : String(cause);
        throw refuse('timeout', `The user did not confirm it: ${why}. Nothing was done`, 'Ask the user what to do.');
      });
    if (answer.action === 'accept' && answer.content?.['confirm'] === true) return;
    const did = { accept: 'did not confirm it', decline: 'declined', cancel: 'closed the question' }[answer.action];
    throw refuse('aborted', `The user ${did}. Nothing was done`, 'Try again only if the user asks for it.');
  };
}

/** A text from outside inside of a question: on one line, in quotes, cut. A line break is shown as `\n`: it ends a comment of SQL. */
export function quoted(text: string, longest = 100): string {
  const line = JSON.stringify(text.length > longest ? `${text.slice(0, longest)}…` : text);
  return line.replace(
    /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
