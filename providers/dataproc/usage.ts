import type { SessionUsage } from '../../src/contract/usage.ts';
import { omitUndefined } from '../../src/provider-kit/omit-undefined.ts';
import type { NativeSession } from './client.ts';

type RuntimeInfo = NonNullable<NativeSession['runtimeInfo']>;

/** An amount as a client has it: a number, a text, or a big-number object whose text is the number. */
type Amount = number | string | object | null | undefined;

const HOUR_MS = 3_600_000;
const HOUR_SECONDS = 3_600;
const MILLI = 1_000;

/**
 * What a session has used. `approximateUsage` is calculated when the session ends; until then there is only a snapshot of its
 * size, so an amount before the end is an estimate: this size since the session was created.
 * @see https://cloud.google.com/dataproc-serverless/docs/reference/rest/v1/RuntimeInfo (read 2026-11-30)
 */
export function usageOf(
  runtimeInfo: NativeSession['runtimeInfo'],
  life: { readonly ended: boolean; readonly ageMs: number | undefined },
): SessionUsage | undefined {
  const { approximateUsage, currentUsage } = runtimeInfo ?? {};
  return fromTotal(approximateUsage) ?? (life.ended ? undefined : fromSnapshot(currentUsage, life.ageMs));
}

function fromTotal(total: RuntimeInfo['approximateUsage']): SessionUsage | undefined {
  const { milliDcuSeconds, shuffleStorageGbSeconds, milliAcceleratorSeconds } = total ?? {};
  const dcuHours = toNumber(milliDcuSeconds) / MILLI / HOUR_SECONDS;
  // A service that counts as it goes would begin with 0; an ended session without any use is not billed for anything we know.
  if (!(dcuHours > 0)) return undefined;
  return {
    basis: 'reported',
    source: 'GetSession runtimeInfo.approximateUsage',
    dcuHours,
    storageGbHours: toNumber(shuffleStorageGbSeconds) / HOUR_SECONDS,
    ...accelerators(toNumber(milliAcceleratorSeconds) / MILLI / HOUR_SECONDS),
  };
}

function fromSnapshot(snapshot: RuntimeInfo['currentUsage'], ageMs: number | undefined): SessionUsage | undefined {
  const { milliDcu, milliDcuPremium, shuffleStorageGb, shuffleStorageGbPremium, milliAccelerator } = snapshot ?? {};
  // Sessions are of the premium tier. Whether the other field includes that tier or not, the larger one is the whole.
  const dcu = Math.max(toNumber(milliDcu), toNumber(milliDcuPremium)) / MILLI;
  const storageGb = Math.max(toNumber(shuffleStorageGb), toNumber(shuffleStorageGbPremium));
  if (!(dcu > 0) || ageMs === undefined) return undefined;
  const hours = Math.max(0, ageMs) / HOUR_MS;
  return omitUndefined<SessionUsage>({
    basis: 'estimated',
    source: 'GetSession runtimeInfo.currentUsage',
    formula: `current size (${dcu} DCU, ${storageGb} GB shuffle storage) × ${hours.toFixed(2)} h since creation`,
    dcuHours: dcu * hours,
    storageGbHours: storageGb * hours,
    ...accelerators((toNumber(milliAccelerator) / MILLI) * hours),
  });
}

function accelerators(hours: number): Pick<SessionUsage, 'acceleratorHours'> {
  return hours > 0 ? { acceleratorHours: hours } : {};
}

function toNumber(amount: Amount): number {
  // eslint-disable-next-line @typescript-eslint/no-base-to-string -- a big-number object has a text of digits
  const number = Number(String(amount ?? 0));
  return Number.isFinite(number) ? number : 0;
}
