import type { Observation } from '../contract/observation.ts';
import {
  USAGE_UNIT_NAMES,
  USAGE_UNITS,
  type Prices,
  type SessionUsage,
  type UsageBasis,
  type UsageUnit,
} from '../contract/usage.ts';

/** What a session has cost so far, or why nobody knows. An amount is usage times price: no invoice, no taxes, no discounts. */
export type Cost =
  | {
      readonly known: true;
      readonly amount: number;
      readonly currency: string;
      /** Where the usage comes from; `estimated` also when the price of an hour of a session was used. */
      readonly basis: UsageBasis;
      /** How the amount was computed. */
      readonly formula: string;
    }
  | { readonly known: false; readonly why: string };

const HOUR_MS = 3_600_000;

/**
 * The cost of a session: the usage that its service reports, times its prices. Where that is unknown, the price of an hour of a
 * session times its age, if the configuration has one.
 * @param nowMs - the present wall time, epoch milliseconds
 */
export function costOf(seen: Observation, prices: Prices | undefined, nowMs: number): Cost {
  if (prices === undefined) return { known: false, why: 'the environment has no `prices`' };
  const { usage } = seen.details;
  const used = unitsOf(usage);
  const unpriced = used.filter((unit) => usage?.[unit] !== 0 && prices[USAGE_UNITS[unit].price] === undefined);
  if (usage !== undefined && used.length > 0 && unpriced.length === 0) return priced(usage, used, prices);
  const ageMs = ageOf(seen, nowMs);
  const { sessionHour, currency } = prices;
  if (sessionHour !== undefined && ageMs !== undefined) {
    const hours = ageMs / HOUR_MS;
    const formula = `${hours.toFixed(2)} h of age × ${sessionHour}`;
    return { known: true, amount: hours * sessionHour, currency, basis: 'estimated', formula };
  }
  if (used.length === 0) return { known: false, why: 'the service reports no usage of this session' };
  const missing = unpriced.map((unit) => USAGE_UNITS[unit].price).join(', ');
  return { known: false, why: `\`prices\` has no ${missing}` };
}

/** The units that a usage has amounts of. */
export function unitsOf(usage: SessionUsage | undefined): readonly UsageUnit[] {
  return USAGE_UNIT_NAMES.filter((unit) => usage?.[unit] !== undefined);
}

/** How long a session has lived, milliseconds; `undefined` when its service reports no time of creation or start. */
export function ageOf(seen: Observation, nowMs: number): number | undefined {
  const { details, final, sinceMs, observedAtMs, serviceTimeMs = observedAtMs } = seen;
  const bornMs = details.createdAtMs ?? details.startedAtMs;
  if (bornMs === undefined) return undefined;
  // On the clock of the service, which has set the times of creation and end.
  const presentMs = nowMs + serviceTimeMs - observedAtMs;
  const untilMs = details.endedAtMs ?? (final ? (sinceMs ?? serviceTimeMs) : presentMs);
  return Math.max(0, untilMs - bornMs);
}

function priced(usage: SessionUsage, units: readonly UsageUnit[], prices: Prices): Cost {
  const { basis, formula: sizes } = usage;
  const parts = units.map((unit) => {
    const [hours, price] = [usage[unit] ?? 0, prices[USAGE_UNITS[unit].price] ?? 0];
    return { amount: hours * price, text: `${toHours(hours)} ${USAGE_UNITS[unit].label} × ${price}` };
  });
  const amount = parts.reduce((sum, part) => sum + part.amount, 0);
  const formula = parts.map(({ text }) => text).join(' + ');
  const { currency } = prices;
  return { known: true, amount, currency, basis, formula: sizes === undefined ? formula : `${formula}; ${sizes}` };
}

/** Hours with enough digits for a session of seconds. */
export function toHours(hours: number): string {
  return hours.toFixed(hours !== 0 && hours < 1 ? 4 : 2);
}
