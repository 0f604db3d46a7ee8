import type { StartProgress } from '../contract/watcher.ts';

/** Polls inside the window are at least this far apart, milliseconds: closer ones would not be noticed. */
const SHORTEST_PAUSE_MS = 200;
/** Inside the window nobody waits longer than this for the next poll, milliseconds: with the time of a call less than two seconds. */
const LONGEST_PAUSE_INSIDE_MS = 1_800;
/** A loop that polls every so many milliseconds is the measure of what a wait may cost. */
const PACE_MS = 2_000;
/** So many times that loop's calls are planned, less a part of one call: a short start has no calls to spare. */
const CALLS = 1.15;
const SPARED = 0.1;
/** How far one start of a single sample may lie outside of it; with n samples, this divided by n. */
const MARGIN = 0.5;
/** Where starts end within this, milliseconds, a program waits for the next poll and not for the session. */
const SHORT_START_MS = 500;
/** The first poll of a short start, milliseconds after it began; each one doubles its age. */
const SHORT_PAUSE_MS = 25;
/** For this multiple of the window's end a late start is polled as if it were inside. */
const LATE = 1.5;

/**
 * When starts of one configuration become ready, learned from earlier ones: polls are far apart before the window and dense inside
 * it, most where most starts became ready. Waits cost about as many calls as a loop that polls every two seconds, most of them fewer.
 */
export class StartWindow {
  /** Ages in rising order, and the share of starts that are ready by then: from 0 to 1. */
  readonly #knots: readonly { readonly ageMs: number; readonly share: number }[];

  /** @param samplesMs - how long earlier starts took, milliseconds; at least one. */
  constructor(samplesMs: readonly number[]) {
    const sorted = samplesMs.toSorted((a, b) => a - b);
    const count = sorted.length;
    const margin = MARGIN / count;
    const inner = sorted.map((ageMs, at) => ({ ageMs, share: (at + 0.5) / count }));
    const first = sorted[0] ?? 0;
    const last = sorted[count - 1] ?? 0;
    this.#knots = [{ ageMs: first * (1 - margin), share: 0 }, ...inner, { ageMs: last * (1 + margin), share: 1 }];
  }

  /** From which age on a start may be ready, milliseconds. */
  get fromMs(): number {
    return this.#knots[0]?.ageMs ?? 0;
  }

  /** By which age a start should be ready, milliseconds. */
  get toMs(): number {
    return this.#knots.at(-1)?.ageMs ?? 0;
  }

  /** The pause before the next poll, milliseconds; `undefined` for a start that is so late that nothing is known about it. */
  nextPause({ ageMs, polls, longestMs }: StartProgress): number | undefined {
    const { fromMs, toMs } = this;
    if (toMs <= SHORT_START_MS && ageMs < PACE_MS) return Math.max(SHORT_PAUSE_MS, ageMs);
    if (ageMs >= toMs * LATE) return undefined;
    const limitMs = ageMs < fromMs ? longestMs : LONGEST_PAUSE_INSIDE_MS;
    if (ageMs >= toMs) return limitMs;
    // The polls that are left are spread over the starts that are left.
    const left = Math.max(1, (CALLS * toMs) / PACE_MS - SPARED - polls);
    const share = this.#shareAt(ageMs);
    const targetMs = this.#ageAt(share + (1 - share) / left);
    return Math.min(limitMs, Math.max(SHORTEST_PAUSE_MS, targetMs - ageMs));
  }

  #shareAt(ageMs: number): number {
    return interpolate(this.#knots, ageMs, 'ageMs', 'share');
  }

  #ageAt(share: number): number {
    return interpolate(this.#knots, share, 'share', 'ageMs');
  }
}

type Knot = { readonly ageMs: number; readonly share: number };

/** Follows the line through the knots; before the first and after the last one it is level. */
function interpolate(knots: readonly Knot[], x: number, from: keyof Knot, to: keyof Knot): number {
  const next = knots.findIndex((knot) => knot[from] > x);
  const after = knots[next === -1 ? knots.length - 1 : next];
  const before = knots[next === -1 ? knots.length - 1 : Math.max(0, next - 1)];
  if (before === undefined || after === undefined) return 0;
  const width = after[from] - before[from];
  return width <= 0 ? after[to] : before[to] + Math.max(0, (x - before[from]) / width) * (after[to] - before[to]);
}
