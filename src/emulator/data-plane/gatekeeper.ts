import type { CallLog, OpenCallRecord } from '../call-log.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { Timeline } from '../timeline.ts';
import { RpcStatus } from './rpc-status.ts';
import { TicketBook, type Ticket } from './ticket-book.ts';

/** The calls during which the clouds' sessions are BUSY. */
const WORK = new Set(['ExecutePlan', 'ReattachExecute']);

/** A call that was let in. */
export interface OpenTicket {
  readonly ticket: Ticket;
  readonly record: OpenCallRecord;
  /** Calls back once when the caller must go, with the status that tells why; returns the way to call that off. */
  whenOver(turnOut: (why: RpcStatus) => void): () => void;
  /** The call is over. */
  leave(): void;
}

/** What a gatekeeper goes by. */
export interface GatekeeperParts {
  readonly timeline: Timeline;
  readonly random: SeededRandom;
  readonly log: CallLog;
}

/** Lets calls in by their tokens and turns them out when the token expires or its session ends. */
export class Gatekeeper {
  readonly tickets = new TicketBook();
  readonly #parts: GatekeeperParts;
  readonly #working = new Map<string, number>();

  constructor(parts: GatekeeperParts) {
    this.#parts = parts;
  }

  /** @throws RpcStatus when there is no such token, it has expired, or its session takes no work. */
  open(token: string | undefined, method: string): OpenTicket {
    const { timeline, random, log } = this.#parts;
    timeline.settle();
    const ticket = this.tickets.find(token);
    // Whose call it was to be, nobody can tell.
    if (ticket === undefined) throw new RpcStatus('UNAUTHENTICATED', 'The token opens no session.');
    const { service, session } = ticket;
    const atMs = timeline.nowMs();
    const start = { atMs, service, requestId: random.uuid(), invocationId: undefined, attempt: undefined };
    const record = log.open({ ...start, userAgent: undefined });
    record.operation = method;
    record.sessionId = session.id;
    const refusal = this.#refusal(ticket);
    if (refusal !== undefined) {
      record.errorCode = refusal.code;
      throw refusal;
    }
    const isWork = WORK.has(method);
    if (isWork) this.#work(ticket, 1);
    return {
      ticket,
      record,
      whenOver: (turnOut) => this.#whenOver(ticket, turnOut),
      leave: () => {
        if (isWork) this.#work(ticket, -1);
      },
    };
  }

  #refusal({ session, expiresAtMs, expiredTokenCode }: Ticket): RpcStatus | undefined {
    if (!session.takesWork) return new RpcStatus('UNAVAILABLE', `Nothing listens for session ${session.id} any more.`);
    if (this.#parts.timeline.nowMs() < expiresAtMs) return undefined;
    return new RpcStatus(
      expiredTokenCode,
      expiredTokenCode === 'UNKNOWN' ? 'Stream removed' : 'The token has expired.',
    );
  }

  #whenOver(ticket: Ticket, turnOut: (why: RpcStatus) => void): () => void {
    const { timeline } = this.#parts;
    const look = (): void => {
      const refusal = this.#refusal(ticket);
      if (refusal !== undefined) turnOut(refusal);
    };
    const forgetSession = ticket.session.onChange(look);
    const forgetExpiry = timeline.alarm(Math.max(0, ticket.expiresAtMs - timeline.nowMs()), look);
    return () => {
      forgetSession();
      forgetExpiry();
    };
  }

  #work({ session }: Ticket, change: 1 | -1): void {
    this.#parts.timeline.settle();
    const count = (this.#working.get(session.id) ?? 0) + change;
    this.#working.set(session.id, count);
    if (count === 0 || (count === 1 && change === 1)) session.setBusy(count === 1);
  }
}

/** Runs a call until it ends or must end. @throws RpcStatus when it was turned out. */
export async function openWhile(ticket: OpenTicket, gone: AbortController, run: () => Promise<void>): Promise<void> {
  let letGo = (): void => {};
  const over = new Promise<never>((_, reject) => {
    letGo = ticket.whenOver((why) => {
      reject(why);
      gone.abort();
    });
  });
  try {
    await Promise.race([over, run()]);
  } finally {
    letGo();
  }
}
