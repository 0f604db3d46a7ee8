import { describe, expect, it } from 'vitest';
import { ServiceTime } from '../../src/provider-kit/service-time.ts';
import { startRequest, unlimitedCall } from '../calls.ts';
import { WrongClock } from '../wrong-clock.ts';
import { openBench } from './_aws/bench.ts';
import { CLOUDS, type Cloud } from './started-session.ts';

const DAY_MS = 86_400_000;

/** A provider on a machine whose clock is a day off. */
async function openOff(cloud: Cloud, aheadMs: number) {
  const bench = await openBench(cloud === 'dataproc over REST' ? 'dataproc' : cloud, {}, {}, (right) =>
    Object.assign(new WrongClock(right), { aheadMs }),
  );
  if (cloud !== 'dataproc over REST') return bench;
  const endpoint = bench.emulator.urls.dataprocRest;
  return { ...bench, provider: bench.another({ transport: 'rest', endpoint }) };
}

describe.each(CLOUDS)('the time of %s', (cloud) => {
  it.each([DAY_MS, -DAY_MS])(
    'is that of its own clock, from describe and from the list, on a machine %d ms ahead',
    async (aheadMs) => {
      const { emulator, provider, clock } = await openOff(cloud, aheadMs);
      const { handle } = await provider.start(startRequest(), unlimitedCall());
      await clock.advance(5_000);
      const expectedMs = Math.floor(emulator.nowMs() / 1_000) * 1_000;
      const seen = await provider.describe(handle, unlimitedCall());
      const { observations } = await provider.listPage({}, undefined, unlimitedCall());
      expect(seen.observedAtMs).toBe(clock.nowMs() + aheadMs);
      expect([seen, ...observations].map(({ serviceTimeMs }) => serviceTimeMs)).toEqual([expectedMs, expectedMs]);
      expect(seen.details.createdAtMs).toBeLessThanOrEqual(expectedMs);
    },
  );
});

describe('the time of a service', () => {
  it('is that of its last answer, and unknown without a date', () => {
    const time = new ServiceTime();
    expect(time.lastMs).toBeUndefined();
    time.answered('Mon, 30 Nov 2026 04:46:42 GMT');
    expect(time.lastMs).toBe(Date.UTC(2026, 10, 30, 4, 46, 42));
    for (const date of [undefined, '', 'yesterday']) {
      time.answered('Mon, 30 Nov 2026 04:46:42 GMT');
      time.answered(date);
      expect(time.lastMs).toBeUndefined();
    }
  });
});
