/** The parts of an interval, each with its own sign. */
export interface IntervalParts {
  readonly months: number;
  readonly days: number;
  /** Whole seconds. */
  readonly seconds: number;
  /** The rest below a second, with the sign of the seconds. */
  readonly nanoseconds: number;
}

/**
 * An interval as ISO 8601 text. Months become years and seconds become hours. Days stay days, as a day is not always 24 hours.
 * If all parts are negative, one sign comes first (`'-P1DT2H'`), which Temporal reads. Parts with different signs have their
 * own (`'P1M-2D'`), as in PostgreSQL.
 * @see https://tc39.es/proposal-temporal/docs/duration.html (read 2026-11-21)
 * @see https://www.postgresql.org/docs/current/datatype-datetime.html#DATATYPE-INTERVAL-OUTPUT (read 2026-11-21)
 */
export function formatInterval({ months, days, seconds, nanoseconds }: IntervalParts): string {
  const isNegative = [months, days, seconds, nanoseconds].every((part) => part <= 0);
  const sign = isNegative ? -1 : 1;
  const date = part(sign * Math.trunc(months / 12), 'Y') + part(sign * (months % 12), 'M') + part(sign * days, 'D');
  const time = formatTimePart(sign * seconds, sign * nanoseconds);
  if (date === '' && time === '') return 'PT0S';
  return `${isNegative ? '-' : ''}P${date}${time === '' ? '' : `T${time}`}`;
}

/** Months as ISO 8601 text: `'P1Y2M'`, `'-P3M'`, `'P0M'`. */
export function formatMonths(months: number): string {
  return months === 0 ? 'P0M' : formatInterval({ months, days: 0, seconds: 0, nanoseconds: 0 });
}

function formatTimePart(seconds: number, nanoseconds: number): string {
  const rest = seconds % 60;
  return (
    part(Math.trunc(seconds / 3600), 'H') + part(Math.trunc(seconds / 60) % 60, 'M') + formatSeconds(rest, nanoseconds)
  );
}

function formatSeconds(seconds: number, nanoseconds: number): string {
  if (nanoseconds === 0) return part(seconds, 'S');
  const fraction = String(Math.abs(nanoseconds)).padStart(9, '0').replace(/0+$/, '');
  const sign = seconds < 0 || nanoseconds < 0 ? '-' : '';
  return `${sign}${Math.abs(seconds)}.${fraction}S`;
}

/** Empty for 0 and -0. */
function part(amount: number, unit: string): string {
  return amount === 0 ? '' : `${amount}${unit}`;
}
