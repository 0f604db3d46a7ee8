import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatDate, timestampFormatter } from '../../../src/statement/values/calendar-text.ts';

/** ECMAScript's own calendar reaches 100 million days to each side of 1970. */
const LAST_DAY = 100_000_000;

it('writes every date as ECMAScript does', () => {
  fc.assert(
    fc.property(fc.integer({ min: -LAST_DAY, max: LAST_DAY }), (days) => {
      expect(formatDate(days)).toBe(new Date(days * 86_400_000).toISOString().split('T')[0]);
    }),
    { numRuns: 5000 },
  );
});

it('writes every day of the years around leap days and turns of the calendar', () => {
  for (const year of ['-000401', '-000001', '0000', '0001', '1599', '1900', '2000', '2023', '2024', '9999']) {
    const first = Date.parse(`${year}-01-01T00:00:00Z`) / 86_400_000;
    for (let days = first - 1; days < first + 367; days += 1) {
      expect(formatDate(days)).toBe(new Date(days * 86_400_000).toISOString().split('T')[0]);
    }
  }
});

it('writes every timestamp as ECMAScript does, with its microseconds', () => {
  const format = timestampFormatter('Z');
  const seconds = fc.integer({ min: -LAST_DAY * 86_400, max: LAST_DAY * 86_400 });
  fc.assert(
    fc.property(fc.array(fc.tuple(seconds, fc.integer({ min: 0, max: 999_999 })), { maxLength: 4 }), (moments) => {
      for (const [second, microsecond] of moments) {
        const [whole] = new Date(second * 1000).toISOString().split('.');
        const fraction = microsecond === 0 ? '' : `.${String(microsecond).padStart(6, '0')}`;
        expect(format(second, microsecond)).toBe(`${whole}${fraction}Z`);
      }
    }),
    { numRuns: 2000 },
  );
});
