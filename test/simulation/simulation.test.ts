import { describe, expect, it } from 'vitest';
import { simulate } from './simulate.ts';

/** `npm run test:properties` simulates many more. */
const SESSIONS = Number(process.env['ANYSESSION_SIMULATED'] ?? 300);
const SESSIONS_PER_HOUR = 420;

describe('a simulated day', () => {
  it.each([1, 2, 3])(
    'of seed %d: every wait ends, no session of ours is left, and none stays in memory',
    async (seed) => {
      const day = await simulate(seed, { sessions: SESSIONS, hours: SESSIONS / SESSIONS_PER_HOUR });
      const { used = 0, ...others } = day.outcomes;
      expect(others).not.toHaveProperty('internal');
      expect(used).toBeGreaterThan(SESSIONS / 4);
      expect(day.mostLive).toBeLessThanOrEqual(20);
      const { live, pendingTimers, unreleased } = day;
      expect({ live, pendingTimers, unreleased }).toEqual({ live: 0, pendingTimers: 0, unreleased: 0 });
    },
    600_000,
  );

  it('the same seed gives the same trace', async () => {
    const size = { sessions: 60, hours: 60 / SESSIONS_PER_HOUR };
    const [first, again, other] = [await simulate(7, size), await simulate(7, size), await simulate(8, size)];
    expect(again).toEqual(first);
    expect(other.trace).not.toBe(first.trace);
  }, 60_000);
});
