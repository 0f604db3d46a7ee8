/** A resource that a service bills. */
export type UsageUnit = 'dpuHours' | 'vcpuHours' | 'memoryGbHours' | 'dcuHours' | 'storageGbHours' | 'acceleratorHours';

/** The resources that services bill: the member of a usage, its price in a configuration, and its name in tables. */
export const USAGE_UNITS = Object.freeze({
  dpuHours: { price: 'dpuHour', label: 'DPU h' },
  vcpuHours: { price: 'vcpuHour', label: 'vCPU h' },
  memoryGbHours: { price: 'memoryGbHour', label: 'GB h memory' },
  dcuHours: { price: 'dcuHour', label: 'DCU h' },
  storageGbHours: { price: 'storageGbHour', label: 'GB h storage' },
  acceleratorHours: { price: 'acceleratorHour', label: 'accelerator h' },
} as const satisfies Record<UsageUnit, { readonly price: string; readonly label: string }>);

/** The resources that services bill. */
export const USAGE_UNIT_NAMES = Object.freeze(Object.keys(USAGE_UNITS)) as readonly UsageUnit[];

/**
 * Where amounts come from: `billed` is what the service says it bills, `reported` what it says was used, `estimated` what this
 * library computes from a size and an age.
 */
export type UsageBasis = 'billed' | 'reported' | 'estimated';

/** What a session has used so far. A member is absent when the service does not report it. */
export interface SessionUsage {
  readonly basis: UsageBasis;
  /** The API field that the amounts come from. */
  readonly source: string;
  /** How an estimate is computed; present exactly when `basis` is `estimated`. */
  readonly formula?: string;
  readonly dpuHours?: number;
  readonly vcpuHours?: number;
  readonly memoryGbHours?: number;
  readonly dcuHours?: number;
  readonly storageGbHours?: number;
  readonly acceleratorHours?: number;
  readonly executionMs?: number;
}

/** What resources cost in one environment, in one currency; every amount is 0 or more. */
export interface Prices {
  /** The currency's code, such as `USD`: three capital letters. */
  readonly currency: string;
  readonly dpuHour?: number | undefined;
  readonly vcpuHour?: number | undefined;
  readonly memoryGbHour?: number | undefined;
  readonly dcuHour?: number | undefined;
  readonly storageGbHour?: number | undefined;
  readonly acceleratorHour?: number | undefined;
  /** The price of one hour of a session's life. It gives an estimate where the service reports no usage that has a price. */
  readonly sessionHour?: number | undefined;
}

/**
 * Why a limit on spending cannot work with these prices; `undefined` when it can: every unit that the provider reports has a
 * price, or an hour of a session has one.
 */
export function whyUnpriced(units: readonly UsageUnit[], prices: Prices | undefined): string | undefined {
  if (prices?.sessionHour !== undefined) return undefined;
  const missing = units.map((unit) => USAGE_UNITS[unit].price).filter((price) => prices?.[price] === undefined);
  if (units.length === 0) return 'the provider reports no usage, and `prices.sessionHour` is not set';
  if (missing.length === 0) return undefined;
  return `no price is known for ${missing.join(', ')}, and \`prices.sessionHour\` is not set`;
}
