import { describe, expect, it } from 'vitest';

import type { Clock } from '../../src/contract/ports.ts';
import { SeededRandom } from '../../src/emulator/seeded-random.ts';
import { Lifecycle, Timeline } from '../../src/emulator/timeline.ts';

const STANDING: Clock = { nowMs: () => 1000, monotonicMs: () => 0, schedule: () => () => {} };

describe('Timeline', () => {
  it('runs what is due in order of time, then of planning, each at its own time', () => {
    const timeline = new Timeline(STANDING);
    const ran: string[] = [];
    const note = (name: string) => () => ran.push(`${name}@${timeline.nowMs()}`);
    timeline.after(30, note('c'));
    timeline.after(10, note('a'));
    timeline.after(30, note('d'));
    timeline.after(20, () => {
      note('b')();
      timeline.after(5, note('b2'));
    });
    timeline.after(31, note('later'));
    timeline.advance(30);
    expect(ran).toEqual(['a@1010', 'b@1020', 'b2@1025', 'c@1030', 'd@1030']);
    expect(timeline.nowMs()).toBe(1030);
  });

  it('does not run what was cancelled, before or while it is due', () => {
    const timeline = new Timeline(STANDING);
    const ran: string[] = [];
    timeline.after(10, () => {
      cancel();
      ran.push('first');
    });
    const cancel = timeline.after(10, () => ran.push('second'));
    timeline.after(5, () => ran.push('gone'))();
    timeline.advance(10);
    expect(ran).toEqual(['first']);
  });

  it('sets a timer for an alarm, and again when the timer fires a moment early', () => {
    const timers: { readonly ms: number; readonly ring: () => void }[] = [];
    let nowMs = 0;
    const early: Clock = {
      nowMs: () => nowMs,
      monotonicMs: () => nowMs,
      schedule: (ms, ring) => (timers.push({ ms, ring }), () => {}),
    };
    const timeline = new Timeline(early);
    let rang = 0;
    timeline.alarm(50, () => (rang += 1));
    expect(timers[0]?.ms).toBe(50);
    nowMs = 49;
    timers.shift()?.ring();
    expect(rang).toBe(0);
    nowMs = 50;
    timers.shift()?.ring();
    expect([rang, timers.length]).toEqual([1, 0]);
  });

  it('keeps its time right when an event throws', () => {
    const timeline = new Timeline(STANDING);
    timeline.after(10, () => {
      throw new Error('event');
    });
    expect(() => timeline.advance(20)).toThrow('event');
    expect(timeline.nowMs()).toBe(1020);
  });
});

describe('Lifecycle', () => {
  it('cancels what was planned for the previous state', () => {
    const timeline = new Timeline(STANDING);
    const life = new Lifecycle<'a' | 'b' | 'c'>(timeline, 'a');
    life.then(10, () => life.enter('c'));
    timeline.advance(5);
    life.enter('b', 'because');
    timeline.advance(100);
    expect(life.current).toEqual({ state: 'b', reason: 'because', sinceMs: 1005 });
    expect([life.startedAtMs, life.firstTimeIn(['b', 'c']), life.firstTimeIn(['c'])]).toEqual([1000, 1005, undefined]);
  });

  it('shows an earlier state to a reader who is behind', () => {
    const timeline = new Timeline(STANDING);
    const life = new Lifecycle<'a' | 'b'>(timeline, 'a');
    timeline.advance(10);
    life.enter('b');
    expect([0, 1, 10, 11].map((lagMs) => life.asOf(lagMs)?.state)).toEqual(['b', 'a', 'a', undefined]);
  });
});

describe('SeededRandom', () => {
  it('repeats itself, spreads evenly, and has as many digits as asked', () => {
    const draw = (seed: number) => {
      const random = new SeededRandom(seed);
      return Array.from({ length: 1000 }, () => random.next());
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    const numbers = draw(1);
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
    expect(Math.abs(numbers.reduce((sum, number) => sum + number, 0) / 1000 - 0.5)).toBeLessThan(0.05);
    expect(new SeededRandom(1).hex(3)).toMatch(/^[0-9a-f]{3}$/);
    expect(new SeededRandom(1).hex(200)).toMatch(/^[0-9a-f]{200}$/);
    expect(new SeededRandom(1).uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
