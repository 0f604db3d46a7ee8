import { randomBytes } from 'node:crypto';
import type { Clock, Logger, Random, Span, Tracer } from '../contract/ports.ts';

/** The longest delay that setTimeout takes; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's own time. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  schedule(delayMs, callback, kind) {
    let leftMs = delayMs;
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const partMs = Math.min(leftMs, LONGEST_TIMER_MS);
      leftMs -= partMs;
      timer = setTimeout(leftMs > 0 ? arm : callback, partMs);
      if (kind === 'background') timer.unref();
    };
    arm();
    return () => {
      clearTimeout(timer);
    };
  },
};

/** The machine's own randomness. */
export const systemRandom: Random = {
  next: () => Math.random(),
  hex: (count) => randomBytes(count).toString('hex').slice(0, count),
};

/** Says nothing. */
export const silentLogger: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

const SILENT_SPAN: Span = { event: () => {}, end: () => {} };

/** Traces nothing. */
export const silentTracer: Tracer = { startSpan: () => SILENT_SPAN };
