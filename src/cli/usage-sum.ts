import { USAGE_UNIT_NAMES, type UsageBasis, type UsageUnit } from '../contract/usage.ts';
import { toMoney } from '../cost/money.ts';
import type { SessionCost } from '../session/session-costs.ts';

/** What some sessions have used and cost together. */
export interface UsageSum {
  readonly sessions: number;
  /** How many of them have not ended. */
  readonly live: number;
  readonly usage: Readonly<Partial<Record<UsageUnit, number>>>;
  /** The known costs, by currency. */
  readonly costs: Readonly<Record<string, number>>;
  /** Where the known costs come from. */
  readonly bases: readonly UsageBasis[];
  /** How many sessions have a cost that nobody knows. */
  readonly unknown: number;
}

/** Adds up sessions. */
export function sumUsage(entries: readonly SessionCost[]): UsageSum {
  const usage: Partial<Record<UsageUnit, number>> = {};
  const costs: Record<string, number> = {};
  const bases = new Set<UsageBasis>();
  let unknown = 0;
  for (const { observation, cost } of entries) {
    for (const unit of USAGE_UNIT_NAMES) {
      const hours = observation.details.usage?.[unit];
      if (hours !== undefined) usage[unit] = (usage[unit] ?? 0) + hours;
    }
    if (!cost.known) {
      unknown += 1;
      continue;
    }
    costs[cost.currency] = (costs[cost.currency] ?? 0) + cost.amount;
    bases.add(cost.basis);
  }
  const live = entries.filter(({ observation }) => !observation.final).length;
  return { sessions: entries.length, live, usage, costs, bases: [...bases].sort(), unknown };
}

/** `3.20 USD`, `3.20 USD + 2 unknown` or `unknown`: a sum without unknown parts would look complete. */
export function costText({ costs, unknown, sessions }: UsageSum): string {
  const known = Object.entries(costs).map(([currency, amount]) => toMoney(amount, currency));
  if (known.length === 0) return unknown > 0 ? 'unknown' : '';
  return [...known, ...(unknown > 0 && sessions > 1 ? [`${unknown} unknown`] : [])].join(' + ');
}
