import { readFileSync } from 'node:fs';
import * as arrow from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import type { ColumnType } from '../../src/contract/column-batch.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import { decodeArrowStream } from '../../src/spark-connect/arrow-stream.ts';
import { SeededRandom } from '../../src/emulator/seeded-random.ts';
import { Result } from '../../src/statement/result.ts';
import type { ResultValue } from '../../src/statement/values/result-value.ts';

const RUNS = Number(process.env['ANYSESSION_MUTATIONS'] ?? 300);
const MOST_MS = 1000;
const MOST_KILOBYTES = 200 * 1024;

/** Two batches of 32 rows with every type, with and without nulls, as pyarrow 26 writes them. */
const FILES = ['plain', 'lz4', 'zstd'] as const;
const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`fixtures/all-types.${name}.arrow`, import.meta.url)));

interface Columns {
  readonly values: readonly (readonly ResultValue[])[];
  readonly types: readonly ColumnType[];
  readonly rowCount: number;
  readonly table: arrow.Table;
}

/** Everything that a user can read of a stream. */
async function readAll(stream: Uint8Array): Promise<Columns> {
  const { fields, batches } = await decodeArrowStream(stream);
  const left = [...batches];
  const result = new Result(fields, { take: () => Promise.resolve(left.shift()), close: () => Promise.resolve() });
  const columns = await result.columns();
  const table = arrow.tableFromIPC(await result.toIPC());
  return {
    values: columns.map(({ values }) => values),
    types: columns.map(({ columnType }) => columnType),
    rowCount: batches.reduce((sum, batch) => sum + batch.rowCount, 0),
    table,
  };
}

/** Whether a value can be one of its type. */
function fits(value: ResultValue | undefined, type: ColumnType): boolean {
  if (value === null) return true;
  const is = (pattern: RegExp): boolean => typeof value === 'string' && pattern.test(value);
  switch (type.kind) {
    case 'null':
      return false;
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer': {
      if (typeof value !== (type.bits > 32 ? 'bigint' : 'number')) return false;
      const whole = BigInt(value as bigint | number);
      return (type.signed ? BigInt.asIntN(type.bits, whole) : BigInt.asUintN(type.bits, whole)) === whole;
    }
    case 'float':
      return typeof value === 'number' && (type.bits === 64 || Object.is(Math.fround(value), value));
    case 'decimal':
      return is(type.scale === 0 ? /^-?\d+$/ : new RegExp(`^-?\\d+\\.\\d{${type.scale}}$`));
    case 'text':
      return typeof value === 'string';
    case 'binary':
      return value instanceof Uint8Array;
    case 'date':
      return is(/^(?:\d{4}|[+-]\d{6,})-\d\d-\d\d$|^-?infinity$/);
    case 'time':
      return is(/^(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{6})?$|^24:00:00$/);
    case 'timestamp':
      return is(/^(?:\d{4}|[+-]\d{6,})-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?Z?$|^-?infinity$/);
    case 'duration':
    case 'months':
    case 'interval':
      return is(/^-?P[-\d.TYMDHS]+$/);
    case 'list':
      return Array.isArray(value) && value.every((item) => fits(item, type.item.type));
    case 'map':
      return (
        Array.isArray(value) &&
        value.every((pair) => Array.isArray(pair) && pair.length === 2 && fits(pair[1], type.value.type))
      );
    case 'struct':
      return (
        typeof value === 'object' &&
        Object.values(value).every((member, at) => fits(member, type.fields[at]?.type ?? type))
      );
  }
}

const wholeBelow =
  (random: SeededRandom) =>
  (most: number): number =>
    Math.floor(random.next() * most);

const WORDS = [0, 1, 7, 255, 2 ** 20, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];

/** Where the body of the first batch begins and the metadata before it: there one byte decides on all others. */
function metadataEnd(stream: Uint8Array): number {
  const view = new DataView(stream.buffer, stream.byteOffset);
  const schemaEnd = 8 + view.getUint32(4, true);
  return schemaEnd + 8 + view.getUint32(schemaEnd + 4, true);
}

/** Damages a copy in one of many ways; returns how many bytes at most differ in place, or `undefined` for other damage. */
function mutate(original: Uint8Array, next: (most: number) => number): { stream: Uint8Array; bodyBytes?: number } {
  const stream = original.slice();
  const start = metadataEnd(stream);
  const anywhere = (): number => (next(2) === 0 ? next(start) : start + next(stream.length - start));
  switch (next(5)) {
    case 0: {
      const places = Array.from({ length: 1 + next(3) }, anywhere);
      for (const at of places) stream[at] = next(256);
      return places.every((at) => at >= start) ? { stream, bodyBytes: places.length } : { stream };
    }
    case 1: {
      const at = anywhere();
      stream[at] = (stream[at] ?? 0) ^ (1 << next(8));
      return at >= start ? { stream, bodyBytes: 1 } : { stream };
    }
    case 2: {
      const at = (anywhere() & ~3) % (stream.length - 8);
      new DataView(stream.buffer).setUint32(at, WORDS[next(WORDS.length)] ?? 0, true);
      if (next(2) === 0) new DataView(stream.buffer).setUint32(at + 4, 0, true);
      return { stream };
    }
    case 3:
      return { stream: stream.subarray(0, next(stream.length)) };
    default: {
      const [from, to, size] = [anywhere(), anywhere(), 1 + next(64)];
      stream.copyWithin(to, from, from + size);
      return { stream };
    }
  }
}

describe.each(FILES)('a damaged batch, %s', (name) => {
  it(
    `ends in rows of its types or in one SessionError, within a second and 200 MB (${RUNS} mutations)`,
    { timeout: 30_000 + RUNS * 100 },
    async () => {
      const original = fixture(name);
      const whole = await readAll(original);
      const memoryBefore = process.resourceUsage().maxRSS;
      let refused = 0;
      for (let run = 0; run < RUNS; run += 1) {
        const { stream, bodyBytes } = mutate(original, wholeBelow(new SeededRandom(run)));
        const startedAt = performance.now();
        const outcome = await readAll(stream).catch((error: unknown) => error);
        const which = `mutation ${run} of ${name}`;
        expect(performance.now() - startedAt, which).toBeLessThan(MOST_MS);
        if (outcome instanceof Error) {
          if (!SessionError.is(outcome)) throw new Error(which, { cause: outcome });
          expect(['unexpected', 'unsupported'], which).toContain(outcome.kind);
          refused += 1;
          continue;
        }
        const { values, types, rowCount, table } = outcome as Columns;
        expect(table.numRows, which).toBe(rowCount);
        for (const [at, type] of types.entries()) {
          const column = values[at] ?? [];
          expect(column.length, which).toBe(rowCount);
          const wrong = column.findIndex((value) => !fits(value, type));
          expect(wrong < 0 ? undefined : column[wrong], `${which}: ${type.kind}`).toBeUndefined();
        }
        // Each byte of a body belongs to one column; the others must not change.
        if (bodyBytes === undefined) continue;
        const changed = values.filter((column, at) => format(column) !== format(whole.values[at] ?? []));
        expect(changed.length, which).toBeLessThanOrEqual(bodyBytes);
      }
      expect(refused).toBeGreaterThan(RUNS / 10);
      expect(process.resourceUsage().maxRSS - memoryBefore).toBeLessThan(MOST_KILOBYTES);
    },
  );
});

function format(values: readonly ResultValue[]): string {
  return JSON.stringify(values, (_, value: unknown) =>
    typeof value === 'bigint' || typeof value === 'number' ? String(value) : value,
  );
}

it('the three files hold the same rows', async () => {
  const [plain, ...compressed] = await Promise.all(FILES.map(async (name) => (await readAll(fixture(name))).values));
  for (const values of compressed) expect(values).toEqual(plain);
});
