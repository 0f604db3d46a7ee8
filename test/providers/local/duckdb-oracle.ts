import {
  DuckDBArrayValue,
  DuckDBBitValue,
  DuckDBBlobValue,
  type DuckDBConnection,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBInstance,
  DuckDBIntervalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimeNSValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTimeTZValue,
  DuckDBTimeValue,
  DuckDBUnionValue,
  DuckDBUUIDValue,
  type DuckDBValue,
} from '@duckdb/node-api';
import type { RawValue } from './raw-values.ts';

/** DuckDB's own client, which reads its vectors with code of its own: what it says a column holds is what we must say. */
export class DuckDbOracle {
  readonly #connection: DuckDBConnection;

  private constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  static async open(): Promise<DuckDbOracle> {
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    await connection.run("SET TimeZone = 'UTC'");
    return new DuckDbOracle(connection);
  }

  /** All values of a statement's result, column by column. */
  async columns(text: string): Promise<RawValue[][]> {
    const columns = await (await this.#connection.run(text)).getColumns();
    return columns.map((values) => values.map((value) => toRaw(value)));
  }

  close(): void {
    this.#connection.closeSync();
  }
}

const INFINITY = 2n ** 63n - 1n;
const LONGEST_MICROSECONDS = INFINITY / 1000n;
const DAY = 86_400_000_000n;

const finite = (value: bigint, change: (value: bigint) => bigint): bigint =>
  value === INFINITY || value === -INFINITY ? value : change(value);

function toRaw(value: DuckDBValue): RawValue {
  if (value === null || typeof value === 'boolean' || typeof value === 'string' || typeof value === 'bigint')
    return value;
  if (typeof value === 'number') return value;
  if (value instanceof DuckDBDecimalValue) return value.value;
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString('hex');
  if (value instanceof DuckDBDateValue) return BigInt(value.days);
  if (value instanceof DuckDBTimeValue || value instanceof DuckDBTimestampValue) return value.micros;
  if (value instanceof DuckDBTimestampTZValue) return value.micros;
  if (value instanceof DuckDBTimestampSecondsValue) return finite(value.seconds, (seconds) => seconds * 1_000_000n);
  if (value instanceof DuckDBTimestampMillisecondsValue) return finite(value.millis, (millis) => millis * 1000n);
  if (value instanceof DuckDBTimestampNanosecondsValue) return finite(value.nanos, (nanos) => nanos / 1000n);
  if (value instanceof DuckDBTimeNSValue) return (value.nanos + 500n) / 1000n;
  if (value instanceof DuckDBIntervalValue) return rawInterval(value);
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) return value.items.map(toRaw);
  if (value instanceof DuckDBStructValue) return mapMembers(value.entries);
  if (value instanceof DuckDBMapValue) return value.entries.map(({ key, value: item }) => [toRaw(key), toRaw(item)]);
  if (value instanceof DuckDBUnionValue) return { tag: value.tag, value: toRaw(value.value) };
  if (value instanceof DuckDBUUIDValue || value instanceof DuckDBBitValue || value instanceof DuckDBTimeTZValue) {
    return value.toString();
  }
  throw new Error(`the oracle does not know ${value.constructor.name}`);
}

function rawInterval({ months, days, micros }: DuckDBIntervalValue): RawValue {
  const isLong = micros > LONGEST_MICROSECONDS || micros < -LONGEST_MICROSECONDS;
  const extraDays = isLong ? micros / DAY : 0n;
  return [BigInt(months), BigInt(days) + extraDays, (micros - extraDays * DAY) * 1000n];
}

function mapMembers(entries: Readonly<Record<string, DuckDBValue>>): RawValue {
  return Object.fromEntries(Object.entries(entries).map(([name, member]) => [name, toRaw(member)]));
}

/**
 * Takes away where our columns and the oracle differ on purpose: whole numbers of up to 32 bits are numbers there,
 * a BIGNUM is a bigint there and text here, and a union is its tag and its value there.
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
