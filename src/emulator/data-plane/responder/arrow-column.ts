import type { DuckDBType, DuckDBValue } from '@duckdb/node-api';
import type * as arrowModule from 'apache-arrow';
import type { Data, DataType } from 'apache-arrow';
import { columnKind } from './column-kind.ts';
import { RpcStatus } from '../rpc-status.ts';

type Arrow = typeof arrowModule;
type Values = readonly DuckDBValue[];

/** The Arrow type that Spark gives to values of this kind; what Spark has no type for is text. */
export function toArrowType(arrow: Arrow, type: DuckDBType | undefined): DataType {
  const kind = columnKind(type);
  switch (kind.kind) {
    case 'null':
      return new arrow.Null();
    case 'boolean':
      return new arrow.Bool();
    case 'integer':
      return { 8: new arrow.Int8(), 16: new arrow.Int16(), 32: new arrow.Int32(), 64: new arrow.Int64() }[kind.bits];
    case 'float':
      return kind.bits === 32 ? new arrow.Float32() : new arrow.Float64();
    case 'decimal':
      return new arrow.Decimal(kind.scale, kind.precision, 128);
    case 'text':
      return new arrow.Utf8();
    case 'binary':
      return new arrow.Binary();
    case 'date':
      return new arrow.DateDay();
    case 'timestamp':
      return new arrow.TimestampMicrosecond(kind.zone);
    case 'list':
      return new arrow.List(new arrow.Field('element', toArrowType(arrow, kind.item), true));
    case 'struct':
      return new arrow.Struct(
        kind.fields.map(([name, field]) => new arrow.Field(name, toArrowType(arrow, field), true)),
      );
    case 'map': {
      const key = new arrow.Field('key', toArrowType(arrow, kind.key), false);
      const value = new arrow.Field('value', toArrowType(arrow, kind.value), true);
      return new arrow.Map_(new arrow.Field('entries', new arrow.Struct([key, value]), false) as never);
    }
  }
}

/** The values of one column in Arrow's buffers. @throws RpcStatus for a number that Spark's type cannot hold. */
export function toArrowData(arrow: Arrow, type: DuckDBType | undefined, values: Values): Data {
  const kind = columnKind(type);
  // Arrow declares the buffers of each of its types apart; which go with which is what this function knows.
  const makeData = arrow.makeData as unknown as (buffers: object) => Data;
  const shared = { type: toArrowType(arrow, type), length: values.length, ...validity(values) };
  switch (kind.kind) {
    case 'null':
      return makeData({ type: new arrow.Null(), length: values.length });
    case 'boolean':
      return makeData({ ...shared, data: bits(values, (value) => value === true) });
    case 'integer':
      return makeData({ ...shared, data: integers(kind.bits, values) });
    case 'float': {
      const numbers = values.map((value) => Number(value ?? 0));
      return makeData({
        ...shared,
        data: kind.bits === 32 ? Float32Array.from(numbers) : Float64Array.from(numbers),
      });
    }
    case 'decimal':
      return makeData({
        ...shared,
        data: decimals(values.map((value) => (value === null ? 0n : kind.unscaled(value)))),
      });
    case 'date':
      return makeData({
        ...shared,
        data: Int32Array.from(values, (value) => (value === null ? 0 : kind.days(value))),
      });
    case 'timestamp':
      return makeData({
        ...shared,
        data: BigInt64Array.from(values, (value) => (value === null ? 0n : kind.micros(value))),
      });
    case 'text':
      return makeData({
        ...shared,
        ...bytesOf(values.map((value) => Buffer.from(value === null ? '' : String(value)))),
      });
    case 'binary':
      return makeData({
        ...shared,
        ...bytesOf(values.map((value) => (value === null ? EMPTY : kind.bytes(value)))),
      });
    case 'list': {
      const lists = values.map((value) => (value === null ? [] : kind.items(value)));
      return makeData({
        ...shared,
        valueOffsets: offsets(lists),
        child: toArrowData(arrow, kind.item, lists.flat()),
      });
    }
    case 'struct':
      return makeData({
        ...shared,
        children: kind.fields.map(([name, field]) =>
          toArrowData(
            arrow,
            field,
            values.map((value) => (value === null ? null : kind.entry(value, name))),
          ),
        ),
      });
    case 'map': {
      const maps = values.map((value) => (value === null ? [] : kind.entries(value)));
      const entries = maps.flat();
      const keys = toArrowData(
        arrow,
        kind.key,
        entries.map(({ key }) => key),
      );
      const items = toArrowData(
        arrow,
        kind.value,
        entries.map(({ value }) => value),
      );
      const entryType = (toArrowType(arrow, type).children as readonly { readonly type: DataType }[])[0]?.type;
      const child = makeData({ type: entryType, length: entries.length, children: [keys, items] });
      return makeData({ ...shared, valueOffsets: offsets(maps), child });
    }
  }
}

const EMPTY = new Uint8Array();

function validity(values: Values): { nullCount: number; nullBitmap?: Uint8Array } {
  const nullCount = values.filter((value) => value === null).length;
  return nullCount === 0 ? { nullCount } : { nullCount, nullBitmap: bits(values, (value) => value !== null) };
}

function bits(values: Values, isSet: (value: DuckDBValue) => boolean): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(values.length / 8));
  for (const [at, value] of values.entries())
    if (isSet(value)) bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (1 << (at & 7));
  return bytes;
}

function integers(width: 8 | 16 | 32 | 64, values: Values): Int8Array | Int16Array | Int32Array | BigInt64Array {
  if (width !== 64) {
    const numbers = values.map((value) => Number(value ?? 0));
    return width === 8 ? Int8Array.from(numbers) : width === 16 ? Int16Array.from(numbers) : Int32Array.from(numbers);
  }
  return BigInt64Array.from(values, (value) => {
    const whole = BigInt((value ?? 0) as bigint | number);
    if (BigInt.asIntN(64, whole) === whole) return whole;
    throw RpcStatus.ofSpark('ARITHMETIC_OVERFLOW', 'long overflow', { sqlState: '22003' });
  });
}

function decimals(unscaled: readonly bigint[]): Uint32Array {
  const halves = new BigInt64Array(unscaled.length * 2);
  for (const [at, value] of unscaled.entries()) {
    halves[2 * at] = BigInt.asIntN(64, value);
    halves[2 * at + 1] = BigInt.asIntN(64, value >> 64n);
  }
  return new Uint32Array(halves.buffer);
}

function bytesOf(values: readonly Uint8Array[]): { valueOffsets: Int32Array; data: Uint8Array } {
  return { valueOffsets: offsets(values), data: Buffer.concat(values) };
}

function offsets(values: readonly { readonly length: number }[]): Int32Array {
  const found = new Int32Array(values.length + 1);
  for (const [at, { length }] of values.entries()) found[at + 1] = (found[at] ?? 0) + length;
  return found;
}
