import type { Observation } from '../contract/observation.ts';
import type { Clock, Logger } from '../contract/ports.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { Prices } from '../contract/usage.ts';
import { costOf, type Cost } from './cost.ts';
import { toMoney, WARN_AT } from './money.ts';

/** A limit on spending that is nearly reached. */
export interface SpendWarning {
  /** Whose limit: the session's own, or that of all sessions of its environment. */
  readonly limit: 'session' | 'environment';
  readonly maxSpend: number;
  readonly spent: number;
  readonly currency: string;
}

/** A session as its meter sees it. */
export interface MeteredSession {
  readonly handle: SessionHandle;
  /** The last known observation. */
  status(): Observation;
  /** Asks the service, with one call; the observation comes back through {@link SpendMeter.observe}. */
  refresh(): Promise<unknown>;
  /** Calls the listeners of the session. */
  warn(warning: SpendWarning): void;
  /** Ends the session and records the cause. */
  end(cause: string): Promise<void>;
}

/** What a session has cost, shared by the meters of one session. */
export interface SpendRecord {
  /** In the currency of the prices; the last known amount. */
  amount: number;
  /** When its usage was read last, on the monotonic clock. */
  readAtMs: number;
}

/** What a meter needs. */
export interface SpendMeterParts {
  readonly session: MeteredSession;
  readonly record: SpendRecord;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly prices: Prices;
  /** The session's own limit; `undefined` when only its environment has one. */
  readonly maxSpend: number | undefined;
  /** Runs a check when the other checks are done. */
  readonly inTurn: (check: () => Promise<void>) => Promise<void>;
  /** Called when the amount has changed. */
  readonly onSpent: () => void;
  readonly onStopped: () => void;
}

/** A session whose usage nobody has read for this long is described once, milliseconds. */
export const CHECK_INTERVAL_MS = 60_000;
/** When the end of a session fails, it is tried again after this long, milliseconds: it costs more with each second. */
const END_RETRY_MS = 5_000;
/** A cost that stays unknown is logged at the first check and then once an hour. */
const CHECKS_PER_WARNING = 60;

/** Follows the cost of one session: from each observation that is made anyway, else from one call a minute. */
export class SpendMeter {
  readonly session: MeteredSession;
  readonly #parts: SpendMeterParts;
  #cancelCheck: () => void = () => {};
  #hasWarned = false;
  #unknownChecks = 0;
  #cause: string | undefined;
  #isStopped = false;

  constructor(parts: SpendMeterParts) {
    this.session = parts.session;
    this.#parts = parts;
    this.#planCheck(CHECK_INTERVAL_MS);
  }

  /** Takes an accepted observation of the session into account. A list entry may have no usage. */
  observe(seen: Observation): void {
    if (this.#isStopped) return;
    const { clock, prices, record } = this.#parts;
    const cost = costOf(seen, prices, clock.nowMs());
    if (cost.known) {
      if (seen.details.usage !== undefined) record.readAtMs = clock.monotonicMs();
      this.#spend(cost);
    }
    if (seen.final) this.stop();
  }

  /** Ends the session because of a limit; tries again until it has ended or is released. */
  end(cause: string): void {
    if (this.#isStopped || this.#cause !== undefined) return;
    this.#cause = cause;
    const { handle } = this.session;
    this.#parts.logger.warn({ session: handle.id, cause }, 'ending a session because of maxSpend');
    void this.#endNow(cause);
  }

  /** Stops metering: the session has ended or was released. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#cancelCheck();
    const { state } = this.session.status();
    if (state !== 'terminated' && state !== 'failed') {
      this.#parts.logger.warn(
        { session: this.session.handle.id },
        'a session runs on without its maxSpend: it was released',
      );
    }
    this.#parts.onStopped();
  }

  #spend(cost: Cost & { readonly known: true }): void {
    const { record, maxSpend, onSpent, logger } = this.#parts;
    // Not the largest so far: a report of the service replaces an estimate that was too high.
    record.amount = cost.amount;
    const { currency, basis, formula } = cost;
    if (maxSpend !== undefined && cost.amount >= maxSpend) {
      const spent = `${toMoney(cost.amount, currency)} (${basis}: ${formula})`;
      this.end(`it reached its maxSpend of ${toMoney(maxSpend, currency)}; spent ${spent}`);
    } else if (maxSpend !== undefined && cost.amount >= maxSpend * WARN_AT && !this.#hasWarned) {
      this.#hasWarned = true;
      const warning = { limit: 'session', maxSpend, spent: cost.amount, currency } as const;
      const fields = { session: this.session.handle.id, ...warning, basis, formula };
      logger.warn(fields, `a session has spent ${WARN_AT * 100} % of its maxSpend`);
      this.session.warn(warning);
    }
    onSpent();
  }

  #planCheck(delayMs: number): void {
    this.#cancelCheck();
    if (this.#isStopped) return;
    this.#cancelCheck = this.#parts.clock.schedule(delayMs, () => void this.#check(), 'background');
  }

  async #check(): Promise<void> {
    if (this.#isStopped) return;
    const { clock, record, inTurn } = this.#parts;
    const leftMs = (): number => record.readAtMs + CHECK_INTERVAL_MS - clock.monotonicMs();
    if (leftMs() <= 0) await inTurn(() => (this.#isStopped || leftMs() > 0 ? Promise.resolve() : this.#read()));
    this.#planCheck(Math.max(1, Math.min(CHECK_INTERVAL_MS, leftMs())));
  }

  async #read(): Promise<void> {
    const { record, clock, prices } = this.#parts;
    let failure: unknown;
    record.readAtMs = clock.monotonicMs();
    try {
      await this.session.refresh();
    } catch (error) {
      failure = error;
      // Without a call there is still the age.
      this.observe(this.session.status());
    }
    if (this.#isStopped) return;
    const status = this.session.status();
    const cost = costOf(status, prices, clock.nowMs());
    // Nothing is known of a session that is being created.
    if (failure === undefined && (cost.known || status.state === 'creating')) this.#unknownChecks = 0;
    else this.#warnUnknown(cost, failure);
  }

  #warnUnknown(cost: Cost, error: unknown): void {
    if (this.#unknownChecks++ % CHECKS_PER_WARNING !== 0) return;
    const { logger, record, prices } = this.#parts;
    const why = error === undefined && !cost.known ? cost.why : 'the service could not be asked';
    const known = toMoney(record.amount, prices.currency);
    const message = `the usage of a session cannot be read, so it may spend more than its maxSpend: ${why}; last known: ${known}`;
    logger.warn({ session: this.session.handle.id, ...(error !== undefined && { error }) }, message);
  }

  async #endNow(cause: string): Promise<void> {
    try {
      await this.session.end(cause);
    } catch (error) {
      if (this.#isStopped) return;
      const { logger, clock } = this.#parts;
      const message = `a session that reached maxSpend could not be ended; trying again in ${END_RETRY_MS / 1000} s`;
      logger.error({ session: this.session.handle.id, error }, message);
      clock.schedule(END_RETRY_MS, () => void (this.#isStopped || this.#endNow(cause)), 'background');
    }
  }
}
