import * as arrow from 'apache-arrow';
import * as fc from 'fast-check';
import { deepStrictEqual } from 'node:assert/strict';
import { it } from 'vitest';
import type { ColumnType } from '../../src/contract/column-batch.ts';
import { decodeArrowStream } from '../../src/spark-connect/arrow-stream.ts';
import { ResultBatch } from '../../src/statement/result-batch.ts';
import { createResultSchema } from '../../src/statement/result-schema.ts';
import type { ResultValue } from '../../src/statement/values/result-value.ts';
import { decimalText, randomResult, type RandomResult, type Stored } from './random-columns.ts';
import { collect, resultOf } from './stage.ts';

/** What rows must say, written as simply as can be; texts of durations are read back by {@link fromRow} instead. */
function toRow(type: ColumnType, value: Stored): unknown {
  if (value === null) return null;
  switch (type.kind) {
    case 'decimal':
      return decimalText(value as bigint, type.scale);
    case 'date':
      return new Date((value as number) * 86_400_000).toISOString().replace(/T.*/, '');
    case 'time':
      return clock(value as bigint);
    case 'timestamp': {
      const microseconds = value as bigint;
      const ofDay = ((microseconds % 86_400_000_000n) + 86_400_000_000n) % 86_400_000_000n;
      const day = new Date(Number((microseconds - ofDay) / 1000n)).toISOString().replace(/T.*/, '');
      return `${day}T${clock(ofDay)}${type.timezone === undefined ? '' : 'Z'}`;
    }
    case 'list':
      return (value as readonly Stored[]).map((item) => toRow(type.item.type, item));
    case 'struct':
      return Object.fromEntries(
        type.fields.map((member, at) => [member.name, toRow(member.type, (value as readonly Stored[])[at]!)]),
      );
    case 'map':
      return (value as readonly (readonly [Stored, Stored])[]).map(([key, item]) => [
        toRow(type.key.type, key),
        toRow(type.value.type, item),
      ]);
    case 'duration':
      return { total: (value as bigint) * 1000n, months: 0, days: 0 };
    case 'months':
      return { total: 0n, months: value, days: 0 };
    case 'interval': {
      const [months, days, total] = value as [number, number, bigint];
      return { total, months, days };
    }
    default:
      return value;
  }
}

const clock = (microseconds: bigint): string => {
  const two = (value: bigint): string => String(value).padStart(2, '0');
  const seconds = microseconds / 1_000_000n;
  const rest = microseconds % 1_000_000n;
  const text = [seconds / 3600n, (seconds / 60n) % 60n, seconds % 60n].map(two).join(':');
  return rest === 0n ? text : `${text}.${String(rest).padStart(6, '0')}`;
};

/** Reads the texts of durations back, by their own grammar; leaves all else as it is. */
function fromRow(type: ColumnType, value: ResultValue): unknown {
  if (value === null) return null;
  switch (type.kind) {
    case 'duration':
    case 'months':
    case 'interval':
      return parseDuration(value as string);
    case 'list':
      return (value as ResultValue[]).map((item) => fromRow(type.item.type, item));
    case 'struct':
      return Object.fromEntries(
        type.fields.map(({ name, type: of }) => [name, fromRow(of, (value as Record<string, ResultValue>)[name]!)]),
      );
    case 'map':
      return (value as [ResultValue, ResultValue][]).map(([key, item]) => [
        fromRow(type.key.type, key),
        fromRow(type.value.type, item),
      ]);
    default:
      return value;
  }
}

const DURATION =
  /^(?<lead>-?)P(?=.)(?:(?<Y>-?\d+)Y)?(?:(?<M>-?\d+)M)?(?:(?<D>-?\d+)D)?(?:T(?=.)(?:(?<h>-?\d+)H)?(?:(?<m>-?\d+)M)?(?:(?<sign>-?)(?<s>\d+)(?:\.(?<f>\d*[1-9]))?S)?)?$/;

function parseDuration(text: string): unknown {
  const parts = DURATION.exec(text)?.groups;
  if (parts === undefined) throw new Error(`no duration: ${text}`);
  const [lead, sign] = [parts['lead'] === '-' ? -1 : 1, parts['sign'] === '-' ? -1n : 1n];
  const part = (name: string): number => lead * Number(parts[name] ?? 0) + 0;
  const nanoseconds = BigInt(parts['s'] ?? 0) * 1_000_000_000n + BigInt((parts['f'] ?? '').padEnd(9, '0'));
  const total =
    BigInt(part('h')) * 3_600_000_000_000n + BigInt(part('m')) * 60_000_000_000n + BigInt(lead) * sign * nanoseconds;
  return { total, months: part('Y') * 12 + part('M'), days: part('D') };
}

/** Reads a value out of an Arrow vector, with Arrow's own getter where that keeps every bit. */
function fromArrow(type: ColumnType, vector: arrow.Vector, at: number): Stored {
  if (!vector.isValid(at)) return null;
  if (type.kind === 'timestamp') {
    // Arrow's getter gives milliseconds and loses bits, or throws: so it is read where it is stored.
    const { vector: moments, at: index } = chunkOf(vector, at);
    return moments.data[0]!.values[index] as bigint;
  }
  if (type.kind === 'text') {
    // Arrow's getter drops a byte order mark at the beginning of a value.
    const { vector: texts, at: index } = chunkOf(vector, at);
    const values = texts.data[0]!.values as Uint8Array;
    const offsets = texts.data[0]!.valueOffsets as Int32Array;
    return Buffer.from(values.subarray(offsets[index], offsets[index + 1])).toString();
  }
  const value: unknown = vector.get(at);
  switch (type.kind) {
    case 'integer':
      return type.bits === 128 ? fromWords(value as Uint32Array) : (value as Stored);
    case 'decimal':
      return fromWords(value as Uint32Array);
    case 'date':
      return (value as number) / 86_400_000;
    case 'months':
      return (value as Int32Array)[0]! * 12 + (value as Int32Array)[1]!;
    case 'interval': {
      const [months, days, low, high] = value as Int32Array;
      return [months!, days!, (BigInt(high!) << 32n) | BigInt.asUintN(32, BigInt(low!))];
    }
    case 'list': {
      const items = value as arrow.Vector;
      return Array.from({ length: items.length }, (_, index) => fromArrow(type.item.type, items, index));
    }
    case 'struct': {
      const { vector: struct, at: index } = chunkOf(vector, at);
      return type.fields.map((member, child) => fromArrow(member.type, struct.getChildAt(child)!, index));
    }
    case 'map': {
      const { vector: map, at: index } = chunkOf(vector, at);
      const [begin, end] = [map.data[0]!.valueOffsets[index] as number, map.data[0]!.valueOffsets[index + 1] as number];
      const entries = new arrow.Vector([map.data[0]!.children[0]!]);
      const [keys, items] = [entries.getChildAt(0)!, entries.getChildAt(1)!];
      return Array.from({ length: end - begin }, (_, near) => [
        fromArrow(type.key.type, keys, begin + near),
        fromArrow(type.value.type, items, begin + near),
      ]);
    }
    default:
      return value as Stored;
  }
}

function chunkOf(vector: arrow.Vector, at: number): { vector: arrow.Vector; at: number } {
  let index = at;
  for (const data of vector.data) {
    if (index < data.length) return { vector: new arrow.Vector([data]), at: index };
    index -= data.length;
  }
  throw new RangeError(`no value ${at}`);
}

function fromWords(words: Uint32Array): bigint {
  const whole = Array.from(words).reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n);
  return BigInt.asIntN(words.length * 32, whole);
}

/** Arrow has no such integers, so they come back as decimals. */
function is128Bit(type: ColumnType): boolean {
  if (type.kind === 'integer') return type.bits === 128;
  if (type.kind === 'list') return is128Bit(type.item.type);
  if (type.kind === 'map') return is128Bit(type.key.type) || is128Bit(type.value.type);
  return type.kind === 'struct' && type.fields.some((member) => is128Bit(member.type));
}

const SEEN_TYPES = new Set<string>();

it(
  'rows, columns and Arrow have the stored values, for all types, nulls and layouts',
  { timeout: 60_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(randomResult, async (result: RandomResult) => {
        const { fields, batches, stored } = result;
        const schema = createResultSchema(fields);
        const read = batches.map((batch) => new ResultBatch(schema, batch));
        const arrays = read.flatMap((batch) => batch.rows({ as: 'arrays' }));
        const objects = read.flatMap((batch) => batch.rows());
        const columns = fields.map((_, at) => read.flatMap((batch) => batch.columns()[at]!.values));
        const kept = resultOf(fields, batches);
        const table = await kept.toArrow();
        const bytes = await kept.toIPC();
        const [viaBytes, copy] = [arrow.tableFromIPC(bytes), arrow.tableFromIPC(arrow.tableToIPC(table))];
        deepStrictEqual(Buffer.concat(await collect(resultOf(fields, batches).ipcStream())), Buffer.from(bytes));
        // The client's own reader sees the same columns, and would pass the messages on as they are.
        const again = await decodeArrowStream(bytes);
        const reread = again.batches.map((batch) => new ResultBatch(schema, batch).columns());
        fields.forEach(({ name, type }, at) => {
          SEEN_TYPES.add(type.kind);
          const expected = stored[at]!.map((value) => toRow(type, value));
          deepStrictEqual(
            columns[at]!.map((value) => fromRow(type, value)),
            expected,
          );
          deepStrictEqual(
            arrays.map((row) => row[at]),
            columns[at],
          );
          deepStrictEqual(
            objects.map((row) => row[name]),
            columns[at],
          );
          if (!is128Bit(type))
            deepStrictEqual(
              reread.flatMap((batch) => batch[at]!.values),
              columns[at],
            );
          for (const from of [table, viaBytes, copy]) {
            deepStrictEqual(from.numRows, stored[at]!.length);
            const vector = from.getChildAt(at)!;
            deepStrictEqual(
              stored[at]!.map((_, row) => fromArrow(type, vector, row)),
              stored[at],
            );
          }
        });
      }),
      { numRuns: 600 },
    );
    // The generator must not have lost a type on the way.
    deepStrictEqual([...SEEN_TYPES].sort(), [
      'binary',
      'boolean',
      'date',
      'decimal',
      'duration',
      'float',
      'integer',
      'interval',
      'list',
      'map',
      'months',
      'null',
      'struct',
      'text',
      'time',
      'timestamp',
    ]);
  },
);
