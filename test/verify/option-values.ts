import type { EmulatorOptions } from '../../src/emulator/index.ts';
import { agreesWith, type Finding } from '../../src/verify/finding.ts';
import { POINTS } from '../../src/verify/points/all-points.ts';
import type { Point, PointValue } from '../../src/verify/points/point.ts';
import type { Probed } from './probed.ts';

/** Durations that differ from every default. */
const DURATIONS_MS = [60, 777];
/** A token's lifetime is measured in whole seconds. */
const LIFETIMES_MS = [90_000, 45 * 60_000];

/** How long something is remembered, milliseconds: longer than an idle timeout. */
const MEMORIES_MS = [20 * 60_000, 90 * 60_000];

/** The points that a verification probes with `--long`. */
export const LONG_POINTS: readonly Point[] = POINTS.filter(({ treatment }) => treatment.kind === 'long');

/** The points that a verification probes. */
export const PROBED_POINTS: readonly Point[] = POINTS.filter(({ treatment }) => treatment.kind === 'probe');

/** The values that a point is tried with, without its default. */
export function otherValues({ values, assumed, option, treatment }: Point): readonly PointValue[] {
  if (values === 'duration' && treatment.kind === 'long') return MEMORIES_MS;
  const all = values !== 'duration' ? values : option.endsWith('TokenTtlMs') ? LIFETIMES_MS : DURATIONS_MS;
  return all.filter((value) => value !== assumed);
}

/** What has to be set for a point to be seen. */
export function neededFor({ option }: Point): readonly (readonly [option: string, value: PointValue])[] {
  return option === 'emr.endpointFrom' ? [['emr.startedMs', 100]] : [];
}

/** Where a point is seen. */
export function placeOf({ option, provider }: Point): Probed {
  return option === 'athena.orphanedCalculation' ? 'pyspark3' : (provider as Probed);
}

/** The options of an emulator with these values. */
export function optionsWith(values: Iterable<readonly [option: string, value: PointValue]>): EmulatorOptions {
  const options: Record<string, Record<string, PointValue>> = {};
  for (const [path, value] of values) {
    const [service = '', option = ''] = path.split('.');
    (options[service] ??= {})[option] = value;
  }
  return options;
}

/** Whether a finding says exactly this value, and for a time how wide the measurement is, milliseconds. */
export function says(
  finding: Finding | undefined,
  value: PointValue,
): { readonly right: boolean; readonly widthMs: number } {
  if (finding === undefined) return { right: false, widthMs: 0 };
  const widthMs = finding.outcome === 'measured' ? finding.atMostMs - finding.atLeastMs : 0;
  return { right: agreesWith(finding, value) === true, widthMs };
}
