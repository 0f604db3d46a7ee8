import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toAthenaConfig } from '../../src/emulator/athena/athena-options.ts';
import { toDataprocConfig } from '../../src/emulator/dataproc/dataproc-options.ts';
import { toEmrServerlessConfig } from '../../src/emulator/emr-serverless/emr-serverless-options.ts';
import { toEmrConfig } from '../../src/emulator/emr/emr-options.ts';
import { toGlueConfig } from '../../src/emulator/glue/glue-options.ts';
import { toHealthOmicsConfig } from '../../src/emulator/healthomics/healthomics-options.ts';
import { transientFaults } from '../../src/emulator/index.ts';
import { SeededRandom } from '../../src/emulator/seeded-random.ts';
import { POINTS } from '../../src/verify/points/all-points.ts';
import type { Point, PointValue } from '../../src/verify/points/point.ts';
import { neededFor, optionsWith, otherValues, placeOf, PROBED_POINTS, says } from './option-values.ts';
import { findingsOf, PACE_MS, PLACES, pointsAt, STARTUP_MS } from './probed.ts';

/** How wide a measurement may be: one reading before and one after, and two seconds for times in whole seconds. */
const WIDEST_MS = { usual: 3 * PACE_MS, wholeSeconds: 2_000 + PACE_MS };
/** How many seeds are tried; `ANYSESSION_VERIFY_SEEDS` tries more. */
const COUNT = Number(process.env['ANYSESSION_VERIFY_SEEDS'] ?? 30);
/** The seeds, with those that once showed a wrong value. */
const SEEDS = [181, ...Array.from({ length: COUNT }, (_, at) => at + 1)];

/** Two defaults follow from the time of a start. */
function defaultOf({ option, assumed }: Point): PointValue {
  if (option === 'dataproc.endpointLagMs') return STARTUP_MS / 5;
  return option === 'dataproc.activeAfterTerminateMs' ? STARTUP_MS / 10 : assumed;
}

describe('the points that no document settles', () => {
  it('are those of the guide of the emulators, and the lifetimes of tokens', () => {
    const guide = readFileSync(new URL('../../docs/guide/emulator.md', import.meta.url), 'utf8');
    const rows = Array.from(guide.matchAll(/^\| (?:\d+|–) +\| ([^|]*)\| `(\w+\.\w+)` +\| `[^`]+` +\|$/gm));
    const named = rows.map(([, , option]) => option);
    // Three lifetimes are documented, and measured all the same.
    const measured = ['athena', 'emrServerless', 'emr'].map((service) => `${service}.endpointTokenTtlMs`);
    expect(POINTS.map(({ option }) => option).toSorted()).toEqual([...named, ...measured].toSorted());
  });

  it('assume what the emulators do by default', () => {
    const configs: Readonly<Record<string, object>> = {
      athena: toAthenaConfig({}, 1_000),
      emrServerless: toEmrServerlessConfig({}, 1_000),
      emr: toEmrConfig({}, 1_000),
      glue: toGlueConfig({}, 1_000),
      dataproc: toDataprocConfig({}, 1_000),
      healthomics: toHealthOmicsConfig({}, 1_000),
    };
    const real = POINTS.map(({ option }) => {
      const [service = '', name = ''] = option.split('.');
      const value = (configs[service] as Readonly<Record<string, unknown>>)[name];
      return [option, name === 'rates' ? null : (value ?? null)];
    });
    expect(POINTS.map(({ option, assumed }) => [option, assumed])).toEqual(real);
  });
});

describe.each(PLACES)('probes of %s', (place) => {
  const points = PROBED_POINTS.filter((point) => placeOf(point) === place);

  it('see the default of each option', async () => {
    const { findings } = await findingsOf(place);
    const plain = points.filter((point) => neededFor(point).length === 0);
    const wrong = plain.filter((point) => !says(findings.get(point.option), defaultOf(point)).right);
    expect(wrong.map(({ option }) => [option, findings.get(option)])).toEqual([]);
  });

  const tried = points.flatMap((point) => {
    const needed = neededFor(point);
    const values = [...otherValues(point), ...(needed.length > 0 ? [point.assumed] : [])];
    return values.map((value) => [point.option, value, needed] as const);
  });

  it.each(tried)('see %s = %s', async (option, value, needed) => {
    // Codes of an error need the error, and states need time to be seen.
    const set = new Map([...needed, [option, value]]);
    const { findings } = await findingsOf(place, optionsWith(set));
    const said = says(findings.get(option), value);
    expect([said.right, findings.get(option)]).toEqual([true, findings.get(option)]);
    const widest = option.endsWith('TokenTtlMs') ? WIDEST_MS.wholeSeconds : WIDEST_MS.usual;
    expect(said.widthMs).toBeLessThanOrEqual(widest);
    // The others stay what they were.
    const changed = points.filter((other) => {
      const finding = findings.get(other.option);
      return !set.has(other.option) && finding?.outcome !== 'unknown' && !says(finding, defaultOf(other)).right;
    });
    expect(changed.map((other) => [other.option, findings.get(other.option)])).toEqual([]);
  });
});

/** Probes an emulator with drawn options, faults and delays. @returns the findings that are right, unknown and wrong */
async function probeUnderFaults(seed: number) {
  const random = new SeededRandom(seed);
  const place = PLACES[seed % PLACES.length] ?? 'athena';
  const truth = new Map<string, PointValue>();
  for (const point of pointsAt(place).filter((each) => PROBED_POINTS.includes(each))) {
    const values = [defaultOf(point), ...otherValues(point)];
    truth.set(point.option, values[Math.floor(random.next() * values.length)] ?? null);
  }
  const probability = 0.02 + 0.06 * random.next();
  const { findings } = await findingsOf(place, {
    ...optionsWith(truth),
    seed,
    faults: [
      ...transientFaults(probability),
      { kind: 'empty-page', last: true, probability },
      { kind: 'empty-page', probability },
      { kind: 'unknown-state', state: 'HIBERNATED', probability },
      { kind: 'session-becomes', state: 'FAILED', afterMs: Math.floor(random.next() * 3_000), probability: 0.2 },
      { kind: 'session-vanishes', afterMs: Math.floor(random.next() * 3_000), probability: 0.2 },
    ],
  });
  const found = [...truth].map(([option, value]) => ({ seed, place, option, value, finding: findings.get(option) }));
  const unknown = found.filter(({ finding }) => finding?.outcome === 'unknown');
  const right = found.filter(({ finding, value }) => says(finding, value).right);
  return { right, unknown, wrong: found.filter((each) => !right.includes(each) && !unknown.includes(each)) };
}

describe('probes of a list that is empty by mistake', () => {
  const operation = 'ListSessions';
  const cases = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((skip) => [skip] as const);
  it.each(cases)('measure its delay after %i right lists', async (skip) => {
    for (const listLagMs of [0, 50]) {
      const faults = [{ kind: 'empty-page', last: true, operation, skip, times: 4 }] as const;
      const { findings } = await findingsOf('glue', { glue: { listLagMs }, faults });
      const finding = findings.get('glue.listLagMs');
      expect([says(finding, listLagMs).right, finding]).toEqual([true, finding]);
    }
  });
});

describe('probes under faults and delays', { timeout: 600_000 }, () => {
  it('say "unknown", and never a wrong value', async () => {
    const wrong: unknown[] = [];
    let [right, unknown] = [0, 0];
    for (const seed of SEEDS) {
      const found = await probeUnderFaults(seed);
      right += found.right.length;
      unknown += found.unknown.length;
      wrong.push(...found.wrong);
    }
    expect(wrong).toEqual([]);
    expect(right).toBeGreaterThan(unknown / 4);
    expect(unknown).toBeGreaterThan(0);
  });
});
