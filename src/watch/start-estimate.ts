/** With fewer starts than this nothing is called usual. */
const FEWEST_STARTS = 3;
/** The starts between these two shares are called usual. */
const USUAL = { from: 0.1, to: 0.9 };

/** How long a start usually takes, for people. */
export interface StartEstimate {
  /** Eight of ten earlier starts of this configuration took so long, milliseconds. */
  readonly usuallyMs: readonly [from: number, to: number];
  /** How long this start has taken so far, milliseconds. */
  readonly elapsedMs: number;
  /** The same in one phrase: `usually 58 to 75 s, now 41 s`. */
  readonly text: string;
}

/** The estimate for a start; `undefined` when too little is known. @param samplesMs - how long earlier starts took, milliseconds. */
export function estimateStart(samplesMs: readonly number[], elapsedMs: number): StartEstimate | undefined {
  if (samplesMs.length < FEWEST_STARTS) return undefined;
  const sorted = samplesMs.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const usuallyMs = [at(USUAL.from), at(USUAL.to)] as const;
  const [from, to] = usuallyMs.map(seconds);
  const usually = from === to ? `${from} s` : `${from} to ${to} s`;
  return { usuallyMs, elapsedMs, text: `usually ${usually}, now ${seconds(elapsedMs)} s` };
}

function seconds(ms: number): number {
  return Math.round(ms / 1_000);
}
