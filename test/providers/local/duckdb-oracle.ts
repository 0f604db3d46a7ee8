import * as duck from '@duckdb/node-api';
import type { RawValue } from './raw-values.ts';

/** DuckDB's own client, which reads its vectors with other code: the columns must have the same values. */
export class DuckDbOracle {
  readonly #connection: duck.DuckDBConnection;

  private constructor(connection: duck.DuckDBConnection) {
    this.#connection = connection;
  }

  static async open(): Promise<DuckDbOracle> {
    const connection = await (await duck.DuckDBInstance.create(':memory:')).connect();
    await connection.run("SET TimeZone = 'UTC'");
    return new DuckDbOracle(connection);
  }

  /** All values of a result, by column. */
  async columns(text: string): Promise<RawValue[][]> {
    const columns = await (await this.#connection.run(text)).getColumns();
    return columns.map((values) => values.map((value) => toRaw(value)));
  }

  close(): void {
    this.#connection.closeSync();
  }
}

const INFINITY = 2n ** 63n - 1n;
const MAX_MICROSECONDS = INFINITY / 1000n;
const DAY = 86_400_000_000n;

const finite = (value: bigint, change: (value: bigint) => bigint): bigint =>
  value === INFINITY || value === -INFINITY ? value : change(value);

function toRaw(value: duck.DuckDBValue): RawValue {
  if (value === null || typeof value === 'boolean' || typeof value === 'string' || typeof value === 'bigint')
    return value;
  if (typeof value === 'number') return value;
  if (value instanceof duck.DuckDBDecimalValue) return value.value;
  if (value instanceof duck.DuckDBBlobValue) return Buffer.from(value.bytes).toString('hex');
  if (value instanceof duck.DuckDBDateValue) return BigInt(value.days);
  if (value instanceof duck.DuckDBTimeValue || value instanceof duck.DuckDBTimestampValue) return value.micros;
  if (value instanceof duck.DuckDBTimestampTZValue) return value.micros;
  if (value instanceof duck.DuckDBTimestampSecondsValue)
    return finite(value.seconds, (seconds) => seconds * 1_000_000n);
  if (value instanceof duck.DuckDBTimestampMillisecondsValue) return finite(value.millis, (millis) => millis * 1000n);
  if (value instanceof duck.DuckDBTimestampNanosecondsValue) return finite(value.nanos, (nanos) => nanos / 1000n);
  if (value instanceof duck.DuckDBTimeNSValue) return (value.nanos + 500n) / 1000n;
  if (value instanceof duck.DuckDBIntervalValue) return rawInterval(value);
  if (value instanceof duck.DuckDBListValue || value instanceof duck.DuckDBArrayValue) return value.items.map(toRaw);
  if (value instanceof duck.DuckDBStructValue) return mapMembers(value.entries);
  if (value instanceof duck.DuckDBMapValue)
    return value.entries.map(({ key, value: item }) => [toRaw(key), toRaw(item)]);
  if (value instanceof duck.DuckDBUnionValue) return { tag: value.tag, value: toRaw(value.value) };
  if (
    value instanceof duck.DuckDBUUIDValue ||
    value instanceof duck.DuckDBBitValue ||
    value instanceof duck.DuckDBTimeTZValue
  ) {
    return value.toString();
  }
  throw new Error(`the oracle does not know ${value.constructor.name}`);
}

function rawInterval({ months, days, micros }: duck.DuckDBIntervalValue): RawValue {
  const isLong = micros > MAX_MICROSECONDS || micros < -MAX_MICROSECONDS;
  const extraDays = isLong ? micros / DAY : 0n;
  return [BigInt(months), BigInt(days) + extraDays, (micros - extraDays * DAY) * 1000n];
}

function mapMembers(entries: Readonly<Record<string, duck.DuckDBValue>>): RawValue {
  return Object.fromEntries(Object.entries(entries).map(([name, member]) => [name, toRaw(member)]));
}

/**
 * Removes the intended differences between columns and the oracle, where whole numbers of up to 32 bits are numbers,
 * a BIGNUM is a bigint instead of text, and a union is its tag and its value.
 */
export function alike(value: RawValue): RawValue {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (typeof value === 'string' && /^-?[1-9]\d*$|^0$/.test(value)) return BigInt(value);
  if (Array.isArray(value)) return value.map(alike);
  if (typeof value !== 'object' || value === null) return value;
  const members = value as Readonly<Record<string, RawValue>>;
  if ('tag' in members && typeof members['tag'] === 'string' && members['tag'] in members) {
    return { tag: members['tag'], value: alike(members[members['tag']] ?? null) };
  }
  return Object.fromEntries(Object.entries(members).map(([name, member]) => [name, alike(member)]));
}
