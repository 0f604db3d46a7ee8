import type { EmulatedSession } from '../emulated-session.ts';
import type { ServiceId } from '../service.ts';

/** With which gRPC status a token is refused that has expired. */
export type ExpiredTokenCode = 'PERMISSION_DENIED' | 'UNAUTHENTICATED' | 'UNKNOWN';

/** What one token opens. */
export interface Ticket {
  readonly token: string;
  readonly service: ServiceId;
  readonly session: EmulatedSession;
  /** Epoch milliseconds on the emulator's clock. */
  readonly expiresAtMs: number;
  readonly expiredTokenCode: ExpiredTokenCode;
}

/** Where sessions are dialled, and what opens them. */
export interface ConnectGate {
  /** The address that is handed out, the same for every session: the session is found by its token. */
  readonly url: string;
  /** Lets the bearer of a token in, until it expires. */
  admit(ticket: Ticket): void;
}

/** The tokens that were handed out, with the sessions behind them. */
export class TicketBook {
  readonly #tickets = new Map<string, Ticket>();

  add(ticket: Ticket): void {
    this.#tickets.set(ticket.token, ticket);
  }

  find(token: string | undefined): Ticket | undefined {
    return token === undefined ? undefined : this.#tickets.get(token);
  }
}
