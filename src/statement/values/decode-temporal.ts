import { SessionError } from '../../contract/session-error.ts';
import { formatDate, formatTimeOfDay, timestampFormatter } from './calendar-text.ts';
import { formatInterval, formatMonths } from './duration-text.ts';
import { exactInt64 } from './exact-integer.ts';
import { tabulate } from './tabulate.ts';

/**
 * DuckDB stores infinity as the greatest date or timestamp, and minus infinity as its negative.
 * @see https://duckdb.org/docs/stable/sql/data_types/timestamp#special-values (read 2026-11-21)
 */
const INFINITE_DAYS = 2 ** 31 - 1;
const INFINITE_MICROSECONDS = 2n ** 63n - 1n;

const MICROSECONDS = 1_000_000;
const MICROSECONDS_PER_DAY = 86_400 * MICROSECONDS;
const NANOSECONDS = 1_000_000_000n;

/** Int32 days since 1970. */
export function decodeDates(view: DataView, length: number): string[] {
  return tabulate(length, (at) => {
    const days = view.getInt32(at * 4, true);
    return Math.abs(days) === INFINITE_DAYS ? infinity(days > 0) : formatDate(days);
  });
}

/**
 * Int64 microseconds since midnight.
 * @param isNull - whether a value is null, and so may be anything
 * @throws SessionError `unexpected` for a time outside of a day, which no text could show.
 */
export function decodeTimes(view: DataView, length: number, isNull: (at: number) => boolean): string[] {
  return tabulate(length, (at) => {
    const total = Number(view.getBigInt64(at * 8, true));
    if (total < 0 || total > MICROSECONDS_PER_DAY) {
      if (isNull(at)) return '';
      const message = `Row ${at + 1} of a batch has the time ${total} microseconds, which is outside of a day. CAST the column to BIGINT in the statement.`;
      throw new SessionError('unexpected', message, { operation: 'read' });
    }
    const seconds = Math.floor(total / MICROSECONDS);
    return formatTimeOfDay(seconds, total - seconds * MICROSECONDS);
  });
}

/** Int64 microseconds since 1970. */
export function decodeTimestamps(view: DataView, length: number, suffix: string): string[] {
  const format = timestampFormatter(suffix);
  return tabulate(length, (at) => {
    const exact = exactInt64(view, at * 8);
    if (exact !== undefined) return formatExact(exact, format);
    const total = view.getBigInt64(at * 8, true);
    if (total === INFINITE_MICROSECONDS || total === -INFINITE_MICROSECONDS) return infinity(total > 0n);
    const rest = total % 1_000_000n;
    const microseconds = rest < 0n ? rest + 1_000_000n : rest;
    return format(Number((total - microseconds) / 1_000_000n), Number(microseconds));
  });
}

/** Int64 microseconds. */
export function decodeDurations(view: DataView, length: number): string[] {
  return tabulate(length, (at) => {
    const nanoseconds = view.getBigInt64(at * 8, true) * 1000n;
    return formatInterval({ months: 0, days: 0, ...splitSeconds(nanoseconds) });
  });
}

/** Int32 months. */
export function decodeMonths(view: DataView, length: number): string[] {
  return tabulate(length, (at) => formatMonths(view.getInt32(at * 4, true)));
}

/** Int32 months, Int32 days, Int64 nanoseconds. */
export function decodeIntervals(view: DataView, length: number): string[] {
  return tabulate(length, (at) =>
    formatInterval({
      months: view.getInt32(at * 16, true),
      days: view.getInt32(at * 16 + 4, true),
      ...splitSeconds(view.getBigInt64(at * 16 + 8, true)),
    }),
  );
}

/** Rounding down to whole seconds is exact below 2^53, where the error of the quotient is below one millionth. */
function formatExact(total: number, format: (seconds: number, microseconds: number) => string): string {
  const seconds = Math.floor(total / MICROSECONDS);
  return format(seconds, total - seconds * MICROSECONDS);
}

/** Rounds towards zero, so that both parts have the same sign. */
function splitSeconds(nanoseconds: bigint): { seconds: number; nanoseconds: number } {
  return { seconds: Number(nanoseconds / NANOSECONDS), nanoseconds: Number(nanoseconds % NANOSECONDS) };
}

function infinity(isPositive: boolean): string {
  return isPositive ? 'infinity' : '-infinity';
}
