/** Repeated measurements of one thing. */
export interface Samples {
  readonly unit: 'ms' | 's' | 'µs' | 'MB' | 'calls' | '%' | 'calls/s' | 'rows/s';
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly count: number;
}

/** Sums up raw values. */
export function summarize(unit: Samples['unit'], values: readonly number[]): Samples {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  const median = (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2;
  return { unit, median, min: at(0), max: at(sorted.length - 1), count: sorted.length };
}

/** The value that this share of the values does not exceed. @param share - from 0 to 1 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** The median of the ratios of each round: a round's load is the same for both, so it cancels out. */
export function medianRatio(values: readonly number[], reference: readonly number[]): number {
  return summarize(
    'µs',
    values.map((value, round) => value / (reference[round] ?? Number.NaN)),
  ).median;
}

/**
 * Runs every candidate once a round, so that a change in the machine's load meets all of them alike.
 * The first round warms caches up and is not counted.
 */
export async function interleave<Name extends string>(
  rounds: number,
  candidates: Readonly<Record<Name, () => Promise<number>>>,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(candidates) as Name[];
  const values = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const value = await candidates[name]();
      if (round > 0) values[name].push(value);
    }
  }
  return values;
}

/** Processor time of this process, all threads, in µs a call. */
export async function cpuPerCall(calls: number, call: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  for (let index = 0; index < calls; index++) await call();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}
