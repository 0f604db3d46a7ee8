import { randomBytes } from 'node:crypto';
import type { Clock, Logger, Metrics, Random, Span, Tracer } from '../contract/ports.ts';

/** The longest delay of setTimeout. A longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The system clock. */
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

/** The system's random source. */
export const systemRandom: Random = {
  next: () => Math.random(),
  hex: (count) => randomBytes(count).toString('hex').slice(0, count),
};

/** A logger that drops everything. */
export const silentLogger: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Metrics that nobody collects. */
export const silentMetrics: Metrics = { add: () => {}, record: () => {} };

const SILENT_SPAN: Span = { event: () => {}, end: () => {} };

/** A tracer that drops everything. */
export const silentTracer: Tracer = { startSpan: () => SILENT_SPAN };
