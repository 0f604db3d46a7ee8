import { USAGE_UNIT_NAMES, USAGE_UNITS, type UsageUnit } from '../contract/usage.ts';
import { toHours } from './cost.ts';

/** `12.00 DPU h`, or several units with commas. */
export function usageText(usage: Readonly<Partial<Record<UsageUnit, number>>>): string {
  const parts = USAGE_UNIT_NAMES.flatMap((unit) => {
    const hours = usage[unit];
    return hours === undefined ? [] : [`${toHours(hours)} ${USAGE_UNITS[unit].label}`];
  });
  return parts.join(', ');
}
