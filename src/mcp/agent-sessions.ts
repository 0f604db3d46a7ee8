import type { Clock, Logger } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import type { Session } from '../session/session.ts';
import type { SessionStatus } from '../session/session-tracker.ts';
import { END_RETRY_MS, MAX_LIVE_SESSIONS } from './limits.ts';
import type { Grant } from './spend-budget.ts';

/** A session that this server has started. */
export interface AgentSession {
  readonly environment: string;
  readonly session: Session;
  /** What it may cost; `undefined` where nothing is billed or no price is known. */
  readonly maxSpend: number | undefined;
  /** When this server ends it, epoch milliseconds. */
  readonly endsAtMs: number;
  /** Whether it stays when this server ends. */
  readonly isKept: boolean;
}

/** What a started session is registered with. */
export interface Registration extends Omit<AgentSession, 'session' | 'maxSpend'> {
  readonly grant: Grant | undefined;
}

/** The sessions that this server has started. Each ends at its lifetime, and with the server unless it is kept. */
export class AgentSessions {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #started: AgentSession[] = [];
  readonly #timers = new Set<() => void>();
  #starting = 0;

  constructor(ports: { readonly clock: Clock; readonly logger: Logger }) {
    this.#clock = ports.clock;
    this.#logger = ports.logger;
  }

  /** Reserves a place for a start. Returns what frees it. @throws SessionError `quota-exceeded` */
  takePlace(): () => void {
    const live = this.#started.filter(({ session }) => isLive(session)).length;
    if (live + this.#starting >= MAX_LIVE_SESSIONS) {
      const message = `This server has started ${live + this.#starting} sessions that live, and ${MAX_LIVE_SESSIONS} is the most`;
      const advice = 'Use one of them, or end one with terminate_session.';
      throw new SessionError('quota-exceeded', message, { operation: 'start', advice });
    }
    this.#starting += 1;
    return () => {
      this.#starting -= 1;
    };
  }

  add(session: Session, { grant, environment, endsAtMs, isKept }: Registration): AgentSession {
    const started = { environment, session, maxSpend: grant?.amount, endsAtMs, isKept };
    this.#started.push(started);
    const stop = this.#endAt(endsAtMs, session);
    session.on('state', ({ status }) => {
      if (!hasEnded(status)) return;
      stop();
      if (grant !== undefined) void settle(session, grant);
    });
    return started;
  }

  /** The session with this id; without one, the only session that lives. */
  find(environment: string, word: string | undefined): AgentSession | undefined {
    const here = this.#started.filter((each) => each.environment === environment);
    if (word !== undefined) return here.find(({ session }) => session.handle.id === word);
    const live = here.filter(({ session }) => isLive(session));
    return live.length === 1 ? live[0] : undefined;
  }

  /** Leaves the kept sessions running; closing the environments ends the others. */
  release(): void {
    for (const stop of this.#timers) stop();
    for (const { session, isKept } of this.#started) if (isKept && isLive(session)) session.detach();
  }

  #endAt(endsAtMs: number, session: Session): () => void {
    let cancel = (): void => {};
    const stop = (): void => {
      cancel();
      this.#timers.delete(stop);
    };
    const end = async (): Promise<void> => {
      try {
        await session.terminate();
        stop();
        this.#logger.warn({ session: session.handle.id }, 'ended a session because its lifetime is over');
      } catch (error) {
        this.#logger.warn({ session: session.handle.id, error }, 'ending a session failed; trying again');
        plan(END_RETRY_MS);
      }
    };
    const plan = (delayMs: number): void => {
      if (this.#timers.has(stop)) cancel = this.#clock.schedule(delayMs, () => void end(), 'background');
    };
    this.#timers.add(stop);
    plan(Math.max(1, endsAtMs - this.#clock.nowMs()));
    return stop;
  }
}

/** Frees what an ended session has not spent. Where its service does not report that, all of its limit counts as spent. */
async function settle(session: Session, grant: Grant): Promise<void> {
  const cost = await session.cost().catch(() => undefined);
  grant.settle(cost?.known === true ? cost.amount : undefined);
}

function isLive({ status }: Session): boolean {
  return !hasEnded(status);
}

/** A failed session may hold its resources, and be billed, until it is terminated: a degraded one of Athena does. */
export function hasEnded({ state, final }: SessionStatus): boolean {
  return final || state === 'terminated';
}
