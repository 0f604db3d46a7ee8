import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runEmulator, startEmulator, type Observations } from '../../src/emulator/index.ts';
import { SeededRandom } from '../../src/emulator/seeded-random.ts';
import type { Finding } from '../../src/verify/finding.ts';
import { observedSettings, parseObservations } from '../../src/verify/observations.ts';
import type { PointValue } from '../../src/verify/points/point.ts';
import { configFolder } from '../config/config-folder.ts';
import { optionsWith, otherValues, PROBED_POINTS } from './option-values.ts';
import { findingsOf, PLACES, PROBED } from './probed.ts';

/** How many emulators each place gets a twin of. */
const TWINS = 4;

function observationsOf(provider: string, findings: Iterable<readonly [string, Finding]>): Observations {
  const observations = Array.from(findings, ([option, finding]) => ({ option, finding }));
  return { version: 1, anysession: '0.1.0', observedAt: '2026-11-30T12:00:00.000Z', provider, observations };
}

const good = observationsOf('athena', [
  ['athena.tokenClashCode', { outcome: 'observed', value: 'SessionAlreadyExistsException' }],
  ['athena.describeLagMs', { outcome: 'measured', atLeastMs: 100, atMostMs: 140 }],
  ['athena.listLagMs', { outcome: 'measured', atLeastMs: 0, atMostMs: 90 }],
  ['athena.listsEnded', { outcome: 'unknown', why: 'it was not seen' }],
]);

describe('the twin of an emulator', () => {
  it.each(PLACES)('of %s answers the same probes in the same way', async (place) => {
    const provider = PROBED[place].plugin.id;
    const random = new SeededRandom(7);
    for (let twin = 1; twin <= TWINS; twin++) {
      const values = PROBED_POINTS.filter((point) => point.provider === provider).map((point) => {
        const all = [...otherValues(point), ...otherValues(point), point.assumed];
        return [point.option, all[Math.floor(random.next() * all.length)] ?? null] as const;
      });
      const original = await findingsOf(place, optionsWith(values as readonly (readonly [string, PointValue])[]));
      const file = JSON.parse(JSON.stringify(observationsOf(provider, original.findings))) as Observations;
      const copy = await findingsOf(place, { observed: file });
      const others = [...original.findings].filter(
        ([option, finding]) => !areAlike(finding, copy.findings.get(option)),
      );
      expect(others.map(([option, finding]) => [option, finding, copy.findings.get(option)])).toEqual([]);
    }
  });

  it('takes what was observed, and lets options win', async () => {
    expect(observedSettings(good).options).toEqual({
      athena: { tokenClashCode: 'SessionAlreadyExistsException', describeLagMs: 120, listLagMs: 0 },
    });
    await expect(startEmulator({ observed: { ...good, version: 2 as never } })).rejects.toThrow(
      'the observations: version 2; this anysession reads version 1',
    );
    const { findings } = await findingsOf('athena', { observed: good, athena: { describeLagMs: 0 } });
    expect(findings.get('athena.tokenClashCode')).toMatchObject({ value: 'SessionAlreadyExistsException' });
    expect(findings.get('athena.describeLagMs')).toMatchObject({ atLeastMs: 0, atMostMs: 0 });
  });

  it('is started from a file, with a line for what the emulator cannot do', async (context) => {
    const odd = observationsOf('athena', [
      ['athena.unknownSessionCode', { outcome: 'observed', value: 'GoneException' }],
    ]);
    const cwd = configFolder({}, context.onTestFinished);
    const path = join(cwd, 'observed.json');
    writeFileSync(path, JSON.stringify(odd));
    const stop = new AbortController();
    const lines: string[] = [];
    const parts = { write: () => {}, warn: (line: string) => void lines.push(line), signal: stop.signal };
    const { done } = await runEmulator({ observed: path, services: 'athena' }, parts);
    stop.abort();
    await done;
    expect(lines).toEqual([
      "athena.unknownSessionCode: the emulator has no 'GoneException' and keeps InvalidRequestException",
    ]);
    await expect(runEmulator({ observed: join(cwd, 'none.json') }, parts)).rejects.toThrow(
      '--observed needs a JSON file of verify --save.',
    );
  });
});

/** Whether two findings say the same: measured times overlap. */
function areAlike(one: Finding, other: Finding | undefined): boolean {
  if (one.outcome !== 'measured' || other?.outcome !== 'measured') return JSON.stringify(one) === JSON.stringify(other);
  return one.atLeastMs <= other.atMostMs && other.atLeastMs <= one.atMostMs;
}

describe('a file of observations', () => {
  it('is read as it was written', () => {
    expect(parseObservations(JSON.parse(JSON.stringify(good)))).toEqual(good);
  });

  const point = (option: string, finding: unknown): unknown => ({ ...good, observations: [{ option, finding }] });
  it.each([
    [undefined, 'no version'],
    [[], 'no version'],
    [{ ...good, version: '1' }, 'version "1"'],
    [{ ...good, observations: {} }, "'observations' is not a list"],
    [{ ...good, observations: [null] }, 'observation 1: undefined is no point'],
    [point('athena.nothing', {}), '"athena.nothing" is no point that is known here'],
    [point('dataproc.usage', { outcome: 'observed', value: 'always' }), '\'dataproc.usage\' is no point of "athena"'],
    [point('athena.usage', undefined), 'athena.usage has the outcome undefined'],
    [point('athena.usage', { outcome: 'seen' }), 'athena.usage has the outcome "seen"'],
    [point('athena.usage', { outcome: 'unknown' }), 'athena.usage has the outcome "unknown"'],
    [point('athena.usage', { outcome: 'observed', value: 'a b; c' }), 'athena.usage has the value "a b; c"'],
    [point('athena.usage', { outcome: 'observed', value: 7 }), 'athena.usage has the value 7'],
    [point('athena.usage', { outcome: 'measured', atLeastMs: 1, atMostMs: 2 }), 'athena.usage is no time'],
    [point('athena.listLagMs', { outcome: 'observed', value: 5 }), 'athena.listLagMs needs a measured time'],
    [point('athena.listLagMs', { outcome: 'measured', atLeastMs: 2, atMostMs: 1 }), 'needs atLeastMs and atMostMs'],
    [point('athena.listLagMs', { outcome: 'measured', atLeastMs: -1, atMostMs: 1 }), 'needs atLeastMs and atMostMs'],
    [point('athena.listLagMs', { outcome: 'measured', atLeastMs: 0, atMostMs: 1.5 }), 'needs atLeastMs and atMostMs'],
  ])('is refused: %j', (raw, message) => {
    expect(() => parseObservations(raw, 'observed.json')).toThrow(`observed.json: `);
    expect(() => parseObservations(raw)).toThrow(message);
  });
});
