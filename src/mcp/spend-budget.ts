import { SessionError } from '../contract/session-error.ts';
import { toMoney } from '../cost/money.ts';

/** A part of the budget that one session may spend. */
export interface Grant {
  readonly amount: number;
  /** Returns what the session has not spent; without an amount all of it counts as spent. */
  readonly settle: (spent: number | undefined) => void;
}

/**
 * What the sessions of this server may cost together, in each currency. Each session reserves its own limit at its start, so that the
 * sum stays below the budget whatever they do.
 */
export class SpendBudget {
  readonly #most: number | undefined;
  readonly #taken = new Map<string, number>();

  /** @param most - `undefined` when only the limits of the sessions count */
  constructor(most: number | undefined) {
    this.#most = most;
  }

  /** Whether there is a budget. */
  get isLimited(): boolean {
    return this.#most !== undefined;
  }

  /**
   * Reserves a limit: the one that is asked for, else what is left.
   * @throws SessionError `invalid-request` without any limit, `quota-exceeded` when less is left.
   */
  grant(asked: number | undefined, currency: string): Grant {
    const taken = this.#taken.get(currency) ?? 0;
    const left = this.#most === undefined ? undefined : this.#most - taken;
    const amount = asked ?? left;
    if (amount === undefined) {
      const message = 'A session that is billed needs a spending limit';
      const advice = `Pass \`maxSpend\`, in ${currency}: the session ends when it has cost that much.`;
      throw new SessionError('invalid-request', message, { operation: 'start', advice });
    }
    if (left !== undefined && (amount > left || left <= 0)) {
      const of = `${toMoney(Math.max(0, left), currency)} of ${toMoney(this.#most ?? 0, currency)} are left`;
      const message = `The spending limit of this server does not allow ${toMoney(amount, currency)}: ${of}`;
      const advice = 'Pass a lower `maxSpend`, or end a session: what it has not spent is free again.';
      throw new SessionError('quota-exceeded', message, { operation: 'start', advice });
    }
    this.#taken.set(currency, taken + amount);
    let isSettled = false;
    return {
      amount,
      settle: (spent = amount) => {
        if (isSettled) return;
        isSettled = true;
        this.#taken.set(currency, (this.#taken.get(currency) ?? 0) - amount + spent);
      },
    };
  }
}
