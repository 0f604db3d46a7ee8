import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { clientsTable } from '../../.config/clients-table.ts';
import { MATRIX, TRIALS, type Trial } from '../clients/matrix.ts';
import type { Outcome, Results, RowResult } from '../clients/results.ts';

const file = new URL('../clients/results.json', import.meta.url);
const { results } = JSON.parse(readFileSync(file, 'utf8')) as Results;

/** A row whose trials all end in the same way. */
function rowOf(outcome: Outcome, more: Partial<RowResult> = {}): RowResult {
  const trials = Object.fromEntries(TRIALS.map((trial) => [trial, outcome])) as Record<Trial, Outcome>;
  const row = { client: 'c', cloud: 'athena', engine: 'duckdb', rows: 2_000_000, versions: {} } as const;
  return { ...row, streamsCut: undefined, trials, ...more };
}

describe('the results of the Spark clients', () => {
  it('have a row for each row of the matrix, in its order', () => {
    const key = ({ client, cloud, engine, rows }: Pick<RowResult, 'client' | 'cloud' | 'engine' | 'rows'>): string =>
      [client, cloud, engine, rows].join(' ');
    expect(results.map(key)).toEqual(MATRIX.map(key));
  });

  it('have a hundred streams wherever a read with expiring tokens passed, and an outcome for each trial', () => {
    for (const [at, { trials, streamsCut = 0 }] of results.entries()) {
      const least = MATRIX[at]?.readsLittle === true ? 1 : 100;
      if (trials.expiry.outcome === 'passed') expect(streamsCut).toBeGreaterThanOrEqual(least);
      expect(Object.keys(trials).sort()).toEqual([...TRIALS].sort());
    }
  });
});

describe('the table of the Spark clients', () => {
  const cellsOf = (row: RowResult): readonly string[] => {
    const line = clientsTable({ date: '2026-11-30', results: [row] })
      .split('\n')
      .find((text) => text.startsWith('| `c`'));
    return (line ?? '')
      .split('|')
      .map((cell) => cell.trim())
      .slice(3, 3 + TRIALS.length);
  };

  it.each<[Outcome, string]>([
    [{ outcome: 'passed' }, 'yes'],
    [{ outcome: 'failed', reason: 'lost rows' }, '**failed**'],
    [{ outcome: 'not installed' }, 'not installed'],
    [{ outcome: 'not applicable', reason: 'no rows' }, '–'],
  ])('shows %o as "%s"', (outcome, word) => {
    expect(cellsOf(rowOf(outcome))).toEqual(TRIALS.map(() => word));
  });

  it('gives the reason of a failure, and the versions', () => {
    const page = clientsTable({
      date: '2026-11-30',
      results: [rowOf({ outcome: 'failed', reason: 'lost rows' }, { versions: { pyspark: '3.5.7' } })],
    });
    expect(page).toContain('- `c` on `athena`, reset: failed. lost rows');
    expect(page).toContain('- `c`: pyspark 3.5.7');
    expect(page).toContain('Run of 2026-11-30');
  });
});
