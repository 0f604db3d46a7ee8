import type { CallLog, OpenCallRecord } from '../call-log.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { EmulatedSession } from '../service.ts';
import type { Timeline } from '../timeline.ts';
import { RpcStatus } from '../grpc-status.ts';

/** The calls during which the clouds' sessions are BUSY. */
const WORK = new Set(['ExecutePlan', 'ReattachExecute']);

/** The gRPC status with which an expired token is refused. */
export type ExpiredTokenCode = 'PERMISSION_DENIED' | 'UNAUTHENTICATED' | 'UNKNOWN';

/** What one endpoint token opens. */
export interface Ticket {
  readonly token: string;
  readonly session: EmulatedSession;
  /** What the call needs besides the token. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Epoch milliseconds on the emulator's clock; infinite where only the way to the endpoint needs a token. */
  readonly expiresAtMs: number;
  readonly expiredTokenCode: ExpiredTokenCode;
}

/** The data plane, as the services see it. */
export interface ConnectGate {
  /** The URL of the endpoints, the same for every session: the session is found by its token. */
  readonly url: string;
  /** The URL of the WebSocket bridge, whose sessions are found by the id of the Spark session; empty without one. */
  readonly bridgeUrl: string;
  /** Accepts calls with a token until it expires. */
  admit(ticket: Ticket): void;
}

/** What stands for a token in calls through the bridge: the id of the Spark session. */
export function bridgedToken(sessionId: string): string {
  return `${BRIDGED}${sessionId}`;
}

const BRIDGED = 'bridged ';

export interface OpenTicket {
  readonly ticket: Ticket;
  readonly record: OpenCallRecord;
  /** Calls back once with the error that must end the call; returns a function that unsubscribes. */
  whenOver(end: (why: RpcStatus) => void): () => void;
  /** Makes the token expire now, and returns the status that ends the call. */
  expire(): RpcStatus;
  leave(): void;
}

export interface GatekeeperParts {
  readonly timeline: Timeline;
  readonly random: SeededRandom;
  readonly log: CallLog;
}

/** Accepts calls by their tokens, and ends them when the token expires or its session ends. */
export class Gatekeeper {
  readonly #parts: GatekeeperParts;
  readonly #tickets = new Map<string, Ticket>();
  /** The running calls that make a session BUSY, by session id. */
  readonly #working = new Map<string, number>();

  constructor(parts: GatekeeperParts) {
    this.#parts = parts;
  }

  admit(ticket: Ticket): void {
    this.#tickets.set(ticket.token, ticket);
  }

  /** @throws RpcStatus when the token is unknown or has expired, other metadata are wrong, or its session accepts no work. */
  open(token: string | undefined, method: string, metadata: Readonly<Record<string, unknown>> = {}): OpenTicket {
    const { timeline, random, log } = this.#parts;
    timeline.settle();
    const ticket = this.#tickets.get(token ?? '');
    // Not in the log: the service and the session are unknown.
    if (ticket === undefined && token?.startsWith(BRIDGED) === true) {
      const message = `No session has the uuid '${token.slice(BRIDGED.length)}'.`;
      throw new RpcStatus('INVALID_ARGUMENT', message);
    }
    if (ticket === undefined) throw new RpcStatus('UNAUTHENTICATED', 'The token belongs to no session.');
    const wrong = Object.entries(ticket.metadata ?? {}).find(([name, value]) => metadata[name] !== value);
    if (wrong !== undefined) throw new RpcStatus('UNAUTHENTICATED', `'${wrong[0]}' is not that of the session.`);
    const { session } = ticket;
    const record = log.open({ atMs: timeline.nowMs(), service: session.service, requestId: random.uuid() });
    record.operation = method;
    record.sessionId = session.id;
    const refusal = this.#refusal(ticket);
    if (refusal !== undefined) {
      record.errorCode = refusal.code;
      throw refusal;
    }
    const isWork = WORK.has(method);
    if (isWork) this.#work(session, 1);
    return {
      ticket,
      record,
      whenOver: (end) => this.#whenOver(ticket, end),
      expire: () => {
        // On a connection that has no token, only the call ends.
        if (ticket.expiresAtMs < Number.POSITIVE_INFINITY) this.admit({ ...ticket, expiresAtMs: timeline.nowMs() });
        return expiredStatus(ticket);
      },
      leave: () => {
        if (isWork) this.#work(session, -1);
      },
    };
  }

  #refusal(ticket: Ticket): RpcStatus | undefined {
    const { session, expiresAtMs } = ticket;
    if (!session.takesWork) return new RpcStatus('UNAVAILABLE', `Session ${session.id} accepts no connections.`);
    return this.#parts.timeline.nowMs() < expiresAtMs ? undefined : expiredStatus(ticket);
  }

  #whenOver(ticket: Ticket, end: (why: RpcStatus) => void): () => void {
    const { timeline } = this.#parts;
    const check = (): void => {
      const refusal = this.#refusal(ticket);
      if (refusal !== undefined) end(refusal);
    };
    const unsubscribe = ticket.session.onChange(check);
    const leftMs = Math.max(0, ticket.expiresAtMs - timeline.nowMs());
    const cancelAlarm = leftMs === Number.POSITIVE_INFINITY ? undefined : timeline.alarm(leftMs, check);
    return () => {
      unsubscribe();
      cancelAlarm?.();
    };
  }

  #work(session: EmulatedSession, change: 1 | -1): void {
    this.#parts.timeline.settle();
    const count = (this.#working.get(session.id) ?? 0) + change;
    this.#working.set(session.id, count);
    if (count === 0 || (count === 1 && change === 1)) session.setBusy(count === 1);
  }
}

function expiredStatus({ expiredTokenCode }: Ticket): RpcStatus {
  return new RpcStatus(expiredTokenCode, expiredTokenCode === 'UNKNOWN' ? 'Stream removed' : 'The token has expired.');
}

/** Runs a call until it ends or must end. @throws RpcStatus when it must end. */
export async function openWhile(ticket: OpenTicket, gone: AbortController, run: () => Promise<void>): Promise<void> {
  let unsubscribe = (): void => {};
  const over = new Promise<never>((_, reject) => {
    unsubscribe = ticket.whenOver((why) => {
      reject(why);
      gone.abort();
    });
  });
  try {
    await Promise.race([over, run()]);
  } finally {
    unsubscribe();
  }
}
