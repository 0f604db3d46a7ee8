import type { Clock, Logger } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import { whyUnpriced, type Prices, type UsageUnit } from '../contract/usage.ts';
import { toMoney, WARN_AT } from './money.ts';
import { SpendMeter, type MeteredSession, type SpendRecord } from './spend-meter.ts';

/** The prices and the limit of an environment. */
export interface SpendLimit {
  readonly prices?: Prices | undefined;
  /** What all sessions that are started here may cost together, in the currency of the prices. */
  readonly maxSpend?: number | undefined;
}

/** What a guard needs. */
export interface SpendGuardParts extends SpendLimit {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly environment: string;
  readonly provider: { readonly capabilities: { readonly usageUnits: readonly UsageUnit[] } };
}

/**
 * Ends sessions that have cost what they may, each by its own limit and all of them by the environment's. It counts sessions that
 * this process started and holds; other processes count theirs.
 */
export class SpendGuard {
  readonly #parts: SpendGuardParts;
  readonly #meters = new Set<SpendMeter>();
  /** What each session has cost, by id: two holders of one session count it once. Kept for the environment's limit only. */
  readonly #records = new Map<string, SpendRecord>();
  #hasWarned = false;
  /** Background checks go one after the other, so that many sessions do not ask at the same time. */
  #lastCheck: Promise<unknown> = Promise.resolve();

  constructor(parts: SpendGuardParts) {
    this.#parts = parts;
  }

  /**
   * Checks before a start that its limit can work, and that the environment's is not used up.
   * @throws SessionError `invalid-request` when no price is known, `quota-exceeded` when the environment has reached its limit.
   */
  assertCanStart(maxSpend: number | undefined): void {
    const { environment, provider, prices, maxSpend: most } = this.#parts;
    if (maxSpend === undefined && most === undefined) return;
    const why = whyUnpriced(provider.capabilities.usageUnits, prices);
    if (why !== undefined) {
      const message = `maxSpend cannot be enforced in environment '${environment}': ${why}`;
      const advice = 'Add `prices` to the environment, or leave out `maxSpend`.';
      throw new SessionError('invalid-request', message, { operation: 'start', advice });
    }
    const spent = this.#total();
    if (most === undefined || spent < most) return;
    const message = `environment '${environment}' has reached its maxSpend: ${this.#money(spent)} of ${this.#money(most)} are spent`;
    const advice = 'Raise `maxSpend` of the environment, or open it again: it counts the sessions of this process.';
    throw new SessionError('quota-exceeded', message, { operation: 'start', retry: 'permanent', advice });
  }

  /**
   * Meters a session that was started with this limit; `undefined` when neither it nor the environment has one. A session that
   * another living holder started is not metered: ending it is not up to this one.
   */
  watch(session: MeteredSession, maxSpend: number | undefined, isOwned: boolean): SpendMeter | undefined {
    if (!isOwned) {
      const message = 'maxSpend has no effect on an adopted session: its first holder enforces its own limit';
      if (maxSpend !== undefined) this.#parts.logger.warn({ session: session.handle.id, maxSpend }, message);
      return undefined;
    }
    const { clock, logger, prices, maxSpend: most } = this.#parts;
    if (prices === undefined || (maxSpend === undefined && most === undefined)) return undefined;
    const { id } = session.handle;
    const record = this.#records.get(id) ?? { amount: 0, readAtMs: Number.NEGATIVE_INFINITY };
    this.#records.set(id, record);
    const meter = new SpendMeter({
      session,
      record,
      clock,
      logger,
      prices,
      maxSpend,
      inTurn: (check) => this.#inTurn(check),
      onSpent: () => {
        this.#checkTotal();
      },
      onStopped: () => {
        this.#meters.delete(meter);
        const isMetered = [...this.#meters].some((other) => other.session.handle.id === id);
        if (most === undefined && !isMetered) this.#records.delete(id);
      },
    });
    this.#meters.add(meter);
    return meter;
  }

  #checkTotal(): void {
    const { environment, maxSpend, logger, prices } = this.#parts;
    if (maxSpend === undefined) return;
    const spent = this.#total();
    const limit = { limit: 'environment', maxSpend, spent, currency: prices?.currency ?? '' } as const;
    if (spent >= maxSpend) {
      const cause = `environment '${environment}' reached its maxSpend of ${this.#money(maxSpend)}`;
      for (const meter of this.#meters) meter.end(cause);
    } else if (spent >= maxSpend * WARN_AT && !this.#hasWarned) {
      this.#hasWarned = true;
      logger.warn({ environment, ...limit }, `the environment has spent ${WARN_AT * 100} % of its maxSpend`);
      for (const meter of this.#meters) meter.session.warn(limit);
    }
  }

  #total(): number {
    return [...this.#records.values()].reduce((sum, { amount }) => sum + amount, 0);
  }

  #inTurn(check: () => Promise<void>): Promise<void> {
    const turn = this.#lastCheck.then(check);
    this.#lastCheck = turn.catch(() => {});
    return turn;
  }

  #money(amount: number): string {
    return toMoney(amount, this.#parts.prices?.currency ?? '');
  }
}
