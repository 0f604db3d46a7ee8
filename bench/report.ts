import type { Samples } from './samples.ts';

/** One figure against its limit. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly limit: number;
  readonly pass: boolean;
}

/** What a bench gives back: the medians with their spread, the ratios to the reference of the same run, and the verdict. */
export interface BenchReport {
  readonly name: string;
  readonly figures: Readonly<Record<string, Samples>>;
  readonly ratios: Readonly<Record<string, number>>;
  readonly bars: readonly Bar[];
  readonly pass: boolean;
}

/** A bar that is kept when the value is at most the limit. */
export function atMost(label: string, value: number, limit: number): Bar {
  return { label, value: round(value), limit, pass: value <= limit };
}

/** A bar that is kept when the value is at least the limit. */
export function atLeast(label: string, value: number, limit: number): Bar {
  return { label, value: round(value), limit, pass: value >= limit };
}

/** A bar for what is there or not. */
export function holds(label: string, truth: boolean): Bar {
  return { label, value: truth ? 1 : 0, limit: 1, pass: truth };
}

/** Puts a report together; it passes when every bar does. */
export function report(parts: Omit<BenchReport, 'pass'>): BenchReport {
  const ratios = Object.fromEntries(Object.entries(parts.ratios).map(([label, ratio]) => [label, round(ratio)]));
  return { ...parts, ratios, pass: parts.bars.every(({ pass }) => pass) };
}

/** The report for people: one line a figure, ratio and bar. */
export function toText({ name, figures, ratios, bars, pass }: BenchReport): string {
  const width = Math.max(...Object.keys({ ...figures, ...ratios }).map((label) => label.length));
  return [
    `bench ${name}`,
    ...Object.entries(figures).map(
      ([label, { median, min, max, unit, count }]) =>
        `  ${label.padEnd(width)}  ${round(median)} ${unit}  [${round(min)}–${round(max)}]  n=${count}`,
    ),
    ...Object.entries(ratios).map(([label, ratio]) => `  ${label.padEnd(width)}  ${ratio} ×`),
    ...bars.map(
      ({ label, value, limit, pass: kept }) => `  ${kept ? 'kept  ' : 'MISSED'}  ${label}: ${value} (limit ${limit})`,
    ),
    pass ? 'every bar is kept' : 'a bar is missed',
  ].join('\n');
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
