const SECONDS_PER_DAY = 86_400;
/** Days from 0000-03-01 to 1970-01-01. In a year that starts in March the leap day is the last day. */
const DAYS_BEFORE_EPOCH = 719_468;
const DAYS_PER_ERA = 146_097;

const TWO_DIGITS = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, '0'));

/**
 * `'YYYY-MM-DD'` in the proleptic Gregorian calendar, for any whole number of days since 1970-01-01.
 * Years outside 0000–9999 are written as ECMAScript writes them: a sign and at least six digits.
 * @see https://tc39.es/ecma262/#sec-date-time-string-format (read 2026-11-21)
 */
export function formatDate(days: number): string {
  const sinceMarch = days + DAYS_BEFORE_EPOCH;
  const era = Math.floor(sinceMarch / DAYS_PER_ERA);
  const dayOfEra = sinceMarch - era * DAYS_PER_ERA;
  // Subtract the leap days before dividing: every 4 years, not every 100, but every 400.
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  // From March on, every five months have 153 days.
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${formatYear(year)}-${twoDigits(month)}-${twoDigits(day)}`;
}

/** `'HH:MM:SS'`, followed by `.ffffff` if there are microseconds. 24:00:00 is possible. */
export function formatTimeOfDay(secondOfDay: number, microseconds: number): string {
  const hour = Math.floor(secondOfDay / 3600);
  const minute = Math.floor(secondOfDay / 60) % 60;
  const text = `${twoDigits(hour)}:${twoDigits(minute)}:${twoDigits(secondOfDay % 60)}`;
  return microseconds === 0 ? text : `${text}.${String(microseconds).padStart(6, '0')}`;
}

/** Formats timestamps of whole seconds since 1970 and microseconds. Caches the last date, which adjacent rows often share. */
export function timestampFormatter(suffix: string): (seconds: number, microseconds: number) => string {
  let lastDay = 0;
  let lastDate = formatDate(lastDay);
  return (seconds, microseconds) => {
    const day = Math.floor(seconds / SECONDS_PER_DAY);
    if (day !== lastDay) {
      lastDay = day;
      lastDate = formatDate(day);
    }
    return `${lastDate}T${formatTimeOfDay(seconds - day * SECONDS_PER_DAY, microseconds)}${suffix}`;
  };
}

function formatYear(year: number): string {
  if (year >= 0 && year <= 9999) return String(year).padStart(4, '0');
  return (year < 0 ? '-' : '+') + String(Math.abs(year)).padStart(6, '0');
}

function twoDigits(number: number): string {
  return TWO_DIGITS[number] ?? String(number);
}
