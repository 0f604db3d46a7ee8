import { SessionError } from '../../src/contract/session-error.ts';
import type { ServiceCall } from '../../src/provider-kit/call-runner.ts';
import { mayHaveActed, readFailure } from '../_aws/failure.ts';
import type { GlueClient } from './client.ts';

/** A block of code to run once. */
export interface StatementStart {
  readonly sessionId: string;
  readonly token: string;
  readonly code: string;
}

/** The longest code that the model allows, characters. */
const CODE_MAX_LENGTH = 68_000;
/** Calculations repeat a token within a minute; older starts are forgotten. */
const REMEMBERED_STARTS = 1_000;
/** A search reads at most this many pages of statements. */
const SEARCH_PAGES = 100;

/**
 * RunStatement has no token, so the code ends with a comment that holds it. A repeated start searches the statements of the session
 * for that comment, and runs the code only when an earlier request has failed and left none.
 */
export class StatementTokens {
  readonly #client: GlueClient;
  /** The running and finished starts by session and token; `lost` for one that failed and may have run its code. */
  readonly #starts = new Map<string, Promise<number> | 'lost'>();

  constructor(client: GlueClient) {
    this.#client = client;
  }

  /** Runs the code unless its token has run it. @returns the id of the statement. */
  async runOnce(start: StatementStart, call: ServiceCall): Promise<number> {
    const key = keyOf(start);
    const earlier = this.#starts.get(key);
    if (earlier === undefined) return this.#remember(key, this.#run(start, call));
    if (earlier !== 'lost') {
      // It may still wait for an answer that never comes.
      const found = await this.#find(start, call).catch(() => undefined);
      return found ?? earlier;
    }
    const found = await this.#find(start, call);
    return found ?? this.#remember(key, this.#run(start, call));
  }

  /** Whether an earlier request of a failed start may have run its code. */
  mayHaveRun(start: StatementStart): boolean {
    return this.#starts.get(keyOf(start)) === 'lost';
  }

  #remember(key: string, running: Promise<number>): Promise<number> {
    this.#starts.set(key, running);
    const [oldest] = this.#starts.keys();
    if (this.#starts.size > REMEMBERED_STARTS && oldest !== undefined) this.#starts.delete(oldest);
    running.catch((error: unknown) => {
      if (this.#starts.get(key) !== running) return;
      if (hasRefused(error)) this.#starts.delete(key);
      else this.#starts.set(key, 'lost');
    });
    return running;
  }

  async #run({ sessionId, token, code }: StatementStart, call: ServiceCall): Promise<number> {
    const comment = commentOf(token);
    const left = CODE_MAX_LENGTH - comment.length;
    if (code.length > left) {
      const message = `the code has ${code.length} characters; Glue accepts ${left}. Read the rest from a file`;
      throw new SessionError('invalid-request', message, { operation: 'startCalculation', provider: 'glue' });
    }
    const { Id: id } = await this.#client.send('RunStatement', { SessionId: sessionId, Code: code + comment }, call);
    if (id !== undefined) return id;
    const message = 'the answer of Glue has no statement id; check what happened before you start it again';
    throw new SessionError('unexpected', message, {
      operation: 'startCalculation',
      provider: 'glue',
      effect: 'unknown',
    });
  }

  async #find({ sessionId, token }: StatementStart, call: ServiceCall): Promise<number | undefined> {
    const comment = commentOf(token);
    let next: string | undefined;
    for (let page = 0; page < SEARCH_PAGES; page++) {
      const input = { SessionId: sessionId, ...(next !== undefined && { NextToken: next }) };
      const { Statements: statements = [], NextToken: more } = await this.#client.send('ListStatements', input, call);
      const found = statements.find(({ Code: code }) => code?.endsWith(comment));
      if (found?.Id !== undefined || !more) return found?.Id;
      next = more;
    }
    throw new Error(`the session has more than ${SEARCH_PAGES} pages of statements`);
  }
}

function keyOf({ sessionId, token }: StatementStart): string {
  return `${sessionId} ${token}`;
}

function commentOf(token: string): string {
  return `\n# anysession:${token}`;
}

/** Whether a failed start has certainly run nothing. */
function hasRefused(error: unknown): boolean {
  return SessionError.is(error) ? error.effect === 'none' : !mayHaveActed(readFailure(error, 0));
}
