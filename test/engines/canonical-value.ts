import type { ColumnField, ColumnType } from '../../src/contract/column-batch.ts';
import type { ResultValue } from '../../src/statement/values/result-value.ts';

/** A value of ours in the form in which `pyspark_answers.py` writes those of PySpark. */
export function canonicalValue(value: ResultValue, type: ColumnType): unknown {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return doubleBits(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (type.kind === 'list') return (value as ResultValue[]).map((item) => canonicalValue(item, type.item.type));
  if (type.kind === 'map') {
    const pairs = (value as [ResultValue, ResultValue][]).map(([key, item]) => [
      canonicalValue(key, type.key.type),
      canonicalValue(item, type.value.type),
    ]);
    return pairs.sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
  }
  if (type.kind === 'struct') return members(Object.values(value), type.fields);
  throw new Error(`a value of the kind ${type.kind} is an object`);
}

/** The values of one row or struct, each after its type. */
export function members(values: readonly ResultValue[], fields: readonly ColumnField[]): unknown[] {
  return fields.map(({ type }, at) => canonicalValue(values[at] ?? null, type));
}

function doubleBits(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  const bits = Buffer.alloc(8);
  bits.writeDoubleBE(value);
  return bits.toString('hex');
}
