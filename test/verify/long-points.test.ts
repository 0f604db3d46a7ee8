import { describe, expect, it } from 'vitest';
import { transientFaults } from '../../src/emulator/index.ts';
import type { Point } from '../../src/verify/points/point.ts';
import { LONG_POINTS, optionsWith, otherValues, placeOf, says } from './option-values.ts';
import { findingsOf, PLACES } from './probed.ts';

describe.each(PLACES.filter((place) => place !== 'pyspark3'))('long probes of %s', (place) => {
  const points = LONG_POINTS.filter((point) => placeOf(point) === place);
  const ofOption = (name: string): Point | undefined => points.find(({ option }) => option.endsWith(`.${name}`));
  // One value of each option at a time: the options do not meet.
  const rounds = [0, 1].map((at) => points.map((point) => [point.option, otherValues(point)[at] ?? null] as const));

  it.each(rounds.map((values) => [Object.fromEntries(values), values] as const))('see %j', async (_, values) => {
    const { findings, evidence } = await findingsOf(place, optionsWith(values), { long: true });
    const wrong = values.filter(([option, value]) => !says(findings.get(option), value).right);
    expect(wrong.map(([option, value]) => [option, value, findings.get(option)])).toEqual([]);
    for (const [option, value] of values)
      if (typeof value === 'number') expect(says(findings.get(option), value).widthMs).toBeLessThan(value / 5);
    // Idle sessions end by their timeout of 10 minutes.
    const { atLeastMs = 0, atMostMs = 0 } = evidence.long.idle?.tookMs ?? {};
    expect([atLeastMs <= 600_000, atMostMs >= 600_000, atMostMs - atLeastMs < 90_000]).toEqual([true, true, true]);
  });

  it('say "unknown" where nothing is forgotten', async () => {
    const { findings } = await findingsOf(place, {}, { long: true });
    const why = {
      retentionMs: /could still be described after 1\d\d min/,
      tokenLifetimeMs: /still remembered after 1\d\d min/,
    };
    for (const [name, text] of Object.entries(why)) {
      const point = ofOption(name);
      if (point !== undefined)
        expect(findings.get(point.option)).toEqual({ outcome: 'unknown', why: expect.stringMatching(text) as string });
    }
  });

  it('never say a wrong value under faults', async () => {
    const values = rounds[0] ?? [];
    const { findings } = await findingsOf(
      place,
      {
        ...optionsWith(values),
        seed: PLACES.indexOf(place) + 1,
        faults: [
          ...transientFaults(0.05),
          { kind: 'unknown-state', state: 'HIBERNATED', probability: 0.05 },
          { kind: 'session-becomes', state: 'FAILED', afterMs: 200_000, probability: 0.2 },
        ],
      },
      { long: true },
    );
    const found = values.map(([option, value]) => ({ option, value, finding: findings.get(option) }));
    expect(found.filter(({ finding, value }) => finding?.outcome !== 'unknown' && !says(finding, value).right)).toEqual(
      [],
    );
  });
});
