import { describe, expect, it, vi } from 'vitest';
import { silentLogger, silentTracer, systemClock, systemRandom } from '../../src/session/system-ports.ts';

const elapsed = (delayMs: number): Promise<number> => {
  const startedMs = systemClock.monotonicMs();
  return new Promise((resolve) => systemClock.schedule(delayMs, () => resolve(systemClock.monotonicMs() - startedMs)));
};

/** The timers that keep this process alive. */
const awaitedTimers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

describe('the system clock', () => {
  it('tells the wall time and a time that never goes back', () => {
    expect(Math.abs(systemClock.nowMs() - Date.now())).toBeLessThan(5000);
    const times = Array.from({ length: 100 }, () => systemClock.monotonicMs());
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('calls back once after the delay', async () => {
    expect(await elapsed(5)).toBeGreaterThan(3);
    expect(await elapsed(0)).toBeLessThan(5000);
  });

  it('does not call back when it is called off', async () => {
    let called = 0;
    const callOff = systemClock.schedule(1, () => (called += 1));
    callOff();
    callOff();
    await elapsed(5);
    expect(called).toBe(0);
  });

  it.each([2 ** 31, 2 ** 40, Number.POSITIVE_INFINITY])(
    'does not fire at once after a delay of %d ms, as setTimeout would',
    async (delayMs) => {
      let called = 0;
      const callOff = systemClock.schedule(delayMs, () => (called += 1));
      await elapsed(5);
      callOff();
      expect(called).toBe(0);
    },
  );

  it('keeps a delay that is longer than setTimeout can', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      let called = 0;
      const callOff = systemClock.schedule(2 ** 31 + 5, () => (called += 1));
      systemClock.schedule(2 ** 32, () => (called += 10));
      vi.advanceTimersByTime(2 ** 31 + 4);
      expect(called).toBe(0);
      vi.advanceTimersByTime(1);
      expect(called).toBe(1);
      callOff();
      vi.advanceTimersByTime(2 ** 31);
      expect(called).toBe(11);
    } finally {
      vi.useRealTimers();
    }
  });

  it.each([
    [undefined, 1],
    ['awaited', 1],
    ['background', 0],
  ] as const)('a timer of kind %s holds the process: %d', (kind, holds) => {
    const before = awaitedTimers();
    const callOff = systemClock.schedule(1_000, () => {}, kind);
    expect(awaitedTimers() - before).toBe(holds);
    callOff();
    expect(awaitedTimers()).toBe(before);
  });
});

describe('the system randomness', () => {
  it('gives numbers in [0, 1) and digits that nobody can guess', () => {
    const numbers = Array.from({ length: 100 }, () => systemRandom.next());
    expect(numbers.every((n) => n >= 0 && n < 1)).toBe(true);
    expect(new Set(numbers).size).toBe(100);
    for (const count of [1, 2, 27, 28]) expect(systemRandom.hex(count)).toMatch(new RegExp(`^[0-9a-f]{${count}}$`));
    expect(systemRandom.hex(28)).not.toBe(systemRandom.hex(28));
  });
});

describe('the silent ports', () => {
  it('take everything and say nothing', () => {
    for (const level of ['debug', 'info', 'warn', 'error'] as const)
      expect(silentLogger[level]({}, 'x')).toBeUndefined();
    const span = silentTracer.startSpan('x', {});
    expect([span.event('y'), span.end()]).toEqual([undefined, undefined]);
  });
});
