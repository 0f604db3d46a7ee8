import fc from 'fast-check';

/** A DuckDB type with a generator of its values, as SQL. */
export interface SqlType {
  /** Its name in a cast. */
  readonly sql: string;
  /** Expressions whose cast to the type succeeds; never NULL itself. */
  readonly literal: fc.Arbitrary<string>;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const pad = (value: number, digits = 2): string => String(value).padStart(digits, '0');

const integers = (sql: string, bits: bigint, signed: boolean): SqlType => {
  const min = signed ? -(2n ** (bits - 1n)) : 0n;
  const max = signed ? 2n ** (bits - 1n) - 1n : 2n ** bits - 1n;
  const extremes = fc.constantFrom(min, max, 0n, 1n, max / 2n, -1n >= min ? -1n : 2n);
  return { sql, literal: fc.oneof(extremes, fc.bigInt({ min, max })).map((value) => quoted(String(value))) };
};

const decimals = (precision: number, scale: number): SqlType => ({
  sql: `DECIMAL(${precision}, ${scale})`,
  literal: fc
    .tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** BigInt(precision) - 1n }))
    .map(([isNegative, unscaled]) => {
      const digits = unscaled.toString().padStart(scale + 1, '0');
      const point = digits.length - scale;
      return quoted(`${isNegative ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`);
    }),
});

const floats = (sql: string, finite: fc.Arbitrary<number>): SqlType => ({
  sql,
  literal: fc.oneof(
    finite.map((value) => quoted(String(value))),
    fc.constantFrom("'NaN'", "'inf'", "'-inf'"),
  ),
});

const instants = (sql: string, make: (value: bigint) => string, limit: bigint): SqlType => ({
  sql,
  literal: fc.oneof(
    fc.bigInt({ min: -limit, max: limit }).map(make),
    fc.constantFrom("'infinity'::TIMESTAMP", "'-infinity'::TIMESTAMP", 'make_timestamp(-1)', 'make_timestamp(0)'),
  ),
});

const clock = fc.tuple(fc.nat(23), fc.nat(59), fc.nat(59), fc.nat(999_999));
const clockText = clock.map(([h, m, s, micros]) => `${pad(h)}:${pad(m)}:${pad(s)}.${pad(micros, 6)}`);

/** Texts around DuckDB's inline limit of twelve bytes, with one to four bytes per character; literals cannot contain NUL. */
const texts = fc
  .oneof(
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.string({ unit: fc.constantFrom('a', 'é', '€', '😀'), minLength: 2, maxLength: 14 }),
    fc.integer({ min: 10, max: 14 }).map((length) => 'x'.repeat(length)),
    fc.constantFrom('', "it's", '"', '\\', '\n\t'),
  )
  .map((text) => text.replaceAll('\0', ''));

const hexBytes = fc
  .uint8Array({ maxLength: 30 })
  .map((bytes) => Buffer.from(bytes).toString('hex').toUpperCase().replaceAll(/../g, '\\x$&'));

const enumOf = (words: readonly string[]): SqlType => ({
  sql: `ENUM(${words.map(quoted).join(', ')})`,
  literal: fc.constantFrom(...words).map(quoted),
});

const between = (max: number): fc.Arbitrary<number> => fc.integer({ min: -max, max });

const INTERVAL_LITERAL = fc
  .tuple(between(9999), between(99_999), fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }))
  .map(([months, days, micros]) => `to_months(${months}) + to_days(${days}) + to_microseconds(${micros})`);

/** The types without inner types. */
export const PLAIN_TYPES: Readonly<Record<string, SqlType>> = {
  BOOLEAN: { sql: 'BOOLEAN', literal: fc.constantFrom('true', 'false') },
  TINYINT: integers('TINYINT', 8n, true),
  SMALLINT: integers('SMALLINT', 16n, true),
  INTEGER: integers('INTEGER', 32n, true),
  BIGINT: integers('BIGINT', 64n, true),
  HUGEINT: integers('HUGEINT', 128n, true),
  UTINYINT: integers('UTINYINT', 8n, false),
  USMALLINT: integers('USMALLINT', 16n, false),
  UINTEGER: integers('UINTEGER', 32n, false),
  UBIGINT: integers('UBIGINT', 64n, false),
  UHUGEINT: integers('UHUGEINT', 128n, false),
  FLOAT: floats('FLOAT', fc.float({ noNaN: true, noDefaultInfinity: true })),
  DOUBLE: floats('DOUBLE', fc.double({ noNaN: true, noDefaultInfinity: true })),
  'DECIMAL(4, 2)': decimals(4, 2),
  'DECIMAL(9, 0)': decimals(9, 0),
  'DECIMAL(18, 6)': decimals(18, 6),
  'DECIMAL(38, 10)': decimals(38, 10),
  VARCHAR: { sql: 'VARCHAR', literal: texts.map(quoted) },
  JSON: { sql: 'JSON', literal: fc.json({ maxDepth: 1 }).map(quoted) },
  BLOB: { sql: 'BLOB', literal: hexBytes.map(quoted) },
  DATE: {
    sql: 'DATE',
    literal: fc.oneof(
      fc.integer({ min: -700_000, max: 2_900_000 }).map((days) => `DATE '1970-01-01' + ${days}`),
      fc.constantFrom("'infinity'", "'-infinity'"),
    ),
  },
  TIME: { sql: 'TIME', literal: fc.oneof(clockText.map(quoted), fc.constant("'24:00:00'")) },
  TIME_NS: { sql: 'TIME_NS', literal: clockText.map((text) => quoted(`${text}789`)) },
  TIMETZ: {
    sql: 'TIMETZ',
    literal: fc
      .tuple(clockText, fc.constantFrom('+00', '+05:30', '-00:30', '-15:59:59', '+15:59:59', '-08'))
      .map(([time, offset]) => quoted(time + offset)),
  },
  TIMESTAMP: instants('TIMESTAMP', (value) => `make_timestamp(${value})`, 10n ** 18n),
  TIMESTAMP_S: instants('TIMESTAMP_S', (value) => `make_timestamp(${value})`, 10n ** 17n),
  TIMESTAMP_MS: instants('TIMESTAMP_MS', (value) => `make_timestamp(${value})`, 10n ** 17n),
  TIMESTAMP_NS: instants('TIMESTAMP_NS', (value) => `make_timestamp_ns(${value})`, 9n * 10n ** 18n),
  TIMESTAMPTZ: instants('TIMESTAMPTZ', (value) => `make_timestamp(${value})`, 10n ** 18n),
  INTERVAL: { sql: 'INTERVAL', literal: INTERVAL_LITERAL },
  UUID: { sql: 'UUID', literal: fc.uuid().map(quoted) },
  ENUM: enumOf(['red', "it's", 'größer als zwölf Bytes', '']),
  'large ENUM': enumOf(Array.from({ length: 300 }, (_, index) => `word ${index}`)),
  BIT: {
    sql: 'BIT',
    literal: fc.string({ unit: fc.constantFrom('0', '1'), minLength: 1, maxLength: 130 }).map(quoted),
  },
  BIGNUM: {
    sql: 'BIGNUM',
    literal: fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n }).map((value) => quoted(String(value))),
  },
};

/** A cast of one of the type's literals, or of NULL. */
export function expression({ sql, literal }: SqlType): fc.Arbitrary<string> {
  return fc.option(literal, { nil: 'NULL', freq: 4 }).map((text) => `CAST(${text} AS ${sql})`);
}

const list = (item: SqlType): SqlType => ({
  sql: `${item.sql}[]`,
  literal: fc.array(expression(item), { maxLength: 4 }).map((items) => `[${items.join(', ')}]`),
});

const array = (item: SqlType): SqlType => ({
  sql: `${item.sql}[2]`,
  literal: fc.tuple(expression(item), expression(item)).map((items) => `array_value(${items.join(', ')})`),
});

const struct = (first: SqlType, second: SqlType): SqlType => ({
  sql: `STRUCT("a" ${first.sql}, "b b" ${second.sql})`,
  literal: fc.tuple(expression(first), expression(second)).map(([a, b]) => `{'a': ${a}, 'b b': ${b}}`),
});

const map = (value: SqlType): SqlType => ({
  sql: `MAP(INTEGER, ${value.sql})`,
  literal: fc
    .array(expression(value), { maxLength: 3 })
    .map(
      (values) => `MAP([${values.map((_, key) => key).join(', ')}]::INTEGER[], [${values.join(', ')}]::${value.sql}[])`,
    ),
});

const union = (first: SqlType, second: SqlType): SqlType => ({
  sql: `UNION("one" ${first.sql}, "two" ${second.sql})`,
  literal: fc.oneof(
    expression(first).map((value) => `union_value("one" := ${value})`),
    expression(second).map((value) => `union_value("two" := ${value})`),
  ),
});

/** Any type, up to three levels deep. */
export const anyType: fc.Arbitrary<SqlType> = fc.letrec<{ type: SqlType; plain: SqlType }>((tie) => ({
  plain: fc.constantFrom(...Object.values(PLAIN_TYPES)),
  type: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    tie('plain'),
    tie('type').map(list),
    tie('type').map(array),
    fc.tuple(tie('type'), tie('type')).map(([first, second]) => struct(first, second)),
    tie('type').map(map),
    fc.tuple(tie('type'), tie('type')).map(([first, second]) => union(first, second)),
  ),
})).type;
