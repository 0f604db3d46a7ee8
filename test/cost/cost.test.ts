import { describe, expect, it } from 'vitest';
import type { Observation, SessionDetails } from '../../src/contract/observation.ts';
import { whyUnpriced, type Prices } from '../../src/contract/usage.ts';
import { ageOf, costOf } from '../../src/cost/cost.ts';

const HOUR_MS = 3_600_000;
const BORN_MS = 1_000 * HOUR_MS;
const NOW_MS = BORN_MS + 2 * HOUR_MS;
const USAGE = { basis: 'billed', source: 'GetSession' } as const;

function seen(details: SessionDetails = {}, changes: Partial<Observation> = {}): Observation {
  const handle = { v: 1, provider: 'test', scope: 'here', id: 's-1' } as const;
  const state = { nativeState: 'IDLE', state: 'ready', acceptsWork: true, final: false, observedAtMs: NOW_MS } as const;
  return { handle, ...state, details: { createdAtMs: BORN_MS, ...details }, ...changes };
}

const costAt = (details: SessionDetails, prices?: Prices) => costOf(seen(details), prices, NOW_MS);

describe('costOf', () => {
  it('adds usage times price, and writes down how', () => {
    const usage = { ...USAGE, vcpuHours: 12, memoryGbHours: 48, storageGbHours: 0, executionMs: 7 };
    const prices = { currency: 'USD', vcpuHour: 0.5, memoryGbHour: 0.25, storageGbHour: 9 };
    expect(costAt({ usage }, prices)).toEqual({
      known: true,
      amount: 18,
      currency: 'USD',
      basis: 'billed',
      formula: '12.00 vCPU h × 0.5 + 48.00 GB h memory × 0.25 + 0.00 GB h storage × 9',
    });
  });

  it('keeps the formula of an estimated usage', () => {
    const usage = { ...USAGE, basis: 'estimated', formula: '12 DCU × 0.01 h', dcuHours: 0.125 } as const;
    const cost = costAt({ usage }, { currency: 'USD', dcuHour: 2 });
    expect(cost).toMatchObject({ amount: 0.25, basis: 'estimated', formula: '0.1250 DCU h × 2; 12 DCU × 0.01 h' });
  });

  it.each([
    ['the environment has no `prices`', { dpuHours: 1 }, undefined],
    ['`prices` has no dpuHour', { dpuHours: 1 }, { currency: 'USD' }],
    ['`prices` has no storageGbHour', { dcuHours: 1, storageGbHours: 2 }, { currency: 'USD', dcuHour: 1 }],
    ['the service reports no usage of this session', { executionMs: 4 }, { currency: 'USD', dpuHour: 1 }],
    ['the service reports no usage of this session', undefined, { currency: 'USD', dpuHour: 1 }],
  ] as const)('is unknown, never a guess: %s', (why, amounts, prices) => {
    expect(costAt(amounts === undefined ? {} : { usage: { ...USAGE, ...amounts } }, prices)).toEqual({
      known: false,
      why,
    });
  });

  it('needs no price for what was not used, and takes a price of 0', () => {
    const usage = { ...USAGE, dcuHours: 2, storageGbHours: 0, acceleratorHours: 5 };
    expect(costAt({ usage }, { currency: 'USD', dcuHour: 3, acceleratorHour: 0 })).toMatchObject({ amount: 6 });
  });

  it('goes by age where usage or a price is missing, and prefers what the service reports', () => {
    const prices = { currency: 'USD', dpuHour: 1, sessionHour: 4 };
    const byAge = { amount: 8, basis: 'estimated', formula: '2.00 h of age × 4' };
    expect(costAt({}, prices)).toMatchObject(byAge);
    expect(costAt({ usage: { ...USAGE, vcpuHours: 1 } }, prices)).toMatchObject(byAge);
    expect(costAt({ usage: { ...USAGE, dpuHours: 1 } }, prices)).toMatchObject({ amount: 1, basis: 'billed' });
    expect(costOf(seen({ createdAtMs: undefined as never }), prices, NOW_MS)).toMatchObject({ known: false });
  });
});

describe('ageOf', () => {
  it.each([
    ['until now while it lives', {}, {}, 2],
    ['until its end', { endedAtMs: BORN_MS + HOUR_MS }, { final: true }, 1],
    ['until its last state where the service reports no end', {}, { final: true, sinceMs: BORN_MS + HOUR_MS / 2 }, 0.5],
    ['until the last look where it reports neither', {}, { final: true, observedAtMs: BORN_MS + HOUR_MS }, 1],
    ['on the clock of the service', {}, { serviceTimeMs: NOW_MS - HOUR_MS }, 1],
    ['never below 0, when clocks differ', { createdAtMs: NOW_MS + 5_000 }, {}, 0],
  ])('counts %s', (_, details, changes, hours) => {
    expect(ageOf(seen(details, changes), NOW_MS)).toBe(hours * HOUR_MS);
  });
});

describe('whyUnpriced', () => {
  it.each([
    [['dpuHours'], { currency: 'USD', dpuHour: 0 }, undefined],
    [['dcuHours', 'storageGbHours'], { currency: 'USD', sessionHour: 1 }, undefined],
    [[], { currency: 'USD', sessionHour: 1 }, undefined],
    [[], { currency: 'USD', dpuHour: 1 }, 'the provider reports no usage, and `prices.sessionHour` is not set'],
    [['dpuHours'], undefined, 'no price is known for dpuHour, and `prices.sessionHour` is not set'],
    [
      ['dcuHours', 'storageGbHours'],
      { currency: 'USD', dpuHour: 1 },
      'no price is known for dcuHour, storageGbHour, and `prices.sessionHour` is not set',
    ],
  ] as const)('for units %j and prices %j', (units, prices, why) => {
    expect(whyUnpriced(units, prices)).toBe(why);
  });
});
