import type { Observation } from '../contract/observation.ts';
import { SessionError } from '../contract/session-error.ts';
import { whyUnpriced, type Prices, type UsageUnit } from '../contract/usage.ts';
import { costOf } from '../cost/cost.ts';
import { toMoney } from '../cost/money.ts';
import type { SpentReport } from './report.ts';

/** What the sessions of a verification have cost, and the limit on it. */
export class Spending {
  readonly #prices: Prices | undefined;
  readonly #maxSpend: number | undefined;
  readonly #amounts = new Map<string, number>();
  readonly #unknown = new Map<string, string>();

  /** @throws SessionError `invalid-request` for a limit where no price is known. */
  constructor(prices: Prices | undefined, maxSpend: number | undefined, units: readonly UsageUnit[]) {
    this.#prices = prices;
    this.#maxSpend = maxSpend;
    const why = maxSpend === undefined ? undefined : whyUnpriced(units, prices);
    if (why === undefined) return;
    throw new SessionError('invalid-request', `a limit on spending cannot be enforced: ${why}`, {
      operation: 'verify',
      advice: 'Add `prices` to the environment, or leave out `maxSpend`.',
    });
  }

  /** What may still be spent; `undefined` without a limit. */
  get leftOver(): number | undefined {
    return this.#maxSpend === undefined ? undefined : this.#maxSpend - this.#total;
  }

  /** Takes the latest description of a session into account. @throws SessionError `quota-exceeded` when the limit is reached. */
  observe(seen: Observation, nowMs: number): void {
    const cost = costOf(seen, this.#prices, nowMs);
    const { id } = seen.handle;
    if (cost.known) {
      this.#amounts.set(id, cost.amount);
      this.#unknown.delete(id);
    } else if (!this.#amounts.has(id)) this.#unknown.set(id, cost.why);
    this.assertLeft();
  }

  /** @throws SessionError `quota-exceeded` when the limit is reached. */
  assertLeft(): void {
    const { leftOver } = this;
    if (leftOver === undefined || leftOver > 0) return;
    const currency = this.#prices?.currency ?? '';
    const message = `${toMoney(this.#total, currency)} are spent, and --max-spend is ${toMoney(this.#maxSpend ?? 0, currency)}`;
    throw new SessionError('quota-exceeded', message, { operation: 'verify', retry: 'permanent', advice: 'Raise it.' });
  }

  get report(): SpentReport {
    const unknown = [...new Set(this.#unknown.values())];
    if (this.#amounts.size === 0) return { unknown };
    return { amount: this.#total, currency: this.#prices?.currency ?? '', unknown };
  }

  get #total(): number {
    return [...this.#amounts.values()].reduce((sum, amount) => sum + amount, 0);
  }
}
