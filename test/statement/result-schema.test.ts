import { expect, it } from 'vitest';
import type { ColumnField, ColumnType } from '../../src/contract/column-batch.ts';
import { createResultSchema, formatColumnType } from '../../src/statement/result-schema.ts';

const field = (name: string, type: ColumnType): ColumnField => ({ name, type, nullable: true });
const integer = (bits: 8 | 16 | 32 | 64 | 128, signed = true): ColumnType => ({ kind: 'integer', bits, signed });

it.each<[string, ColumnType]>([
  ['null', { kind: 'null' }],
  ['boolean', { kind: 'boolean' }],
  ['tinyint', integer(8)],
  ['smallint', integer(16)],
  ['integer', integer(32)],
  ['bigint', integer(64)],
  ['hugeint', integer(128)],
  ['utinyint', integer(8, false)],
  ['uhugeint', integer(128, false)],
  ['float', { kind: 'float', bits: 32 }],
  ['double', { kind: 'float', bits: 64 }],
  ['decimal(12,2)', { kind: 'decimal', precision: 12, scale: 2 }],
  ['text', { kind: 'text' }],
  ['binary', { kind: 'binary' }],
  ['date', { kind: 'date' }],
  ['time', { kind: 'time' }],
  ['timestamp', { kind: 'timestamp' }],
  ['timestamp with time zone', { kind: 'timestamp', timezone: 'UTC' }],
  ['duration', { kind: 'duration' }],
  ['interval year to month', { kind: 'months' }],
  ['interval', { kind: 'interval' }],
  ['list<list<integer>>', { kind: 'list', item: field('item', { kind: 'list', item: field('item', integer(32)) }) }],
  [
    'struct<a: integer, "two ""words""": text>',
    { kind: 'struct', fields: [field('a', integer(32)), field('two "words"', { kind: 'text' })] },
  ],
  [
    'map<text, decimal(4,1)>',
    {
      kind: 'map',
      key: field('key', { kind: 'text' }),
      value: field('value', { kind: 'decimal', precision: 4, scale: 1 }),
    },
  ],
])('%s is how that type reads', (text, type) => {
  expect(formatColumnType(type)).toBe(text);
});

it('a schema has the fields in order, with names that differ and the type for programs', () => {
  const fields = [field('id', integer(64)), { ...field('id', { kind: 'text' }), nullable: false }];
  expect(createResultSchema(fields)).toEqual({
    fields: [
      { name: 'id', type: 'bigint', nullable: true, columnType: integer(64) },
      { name: 'id_2', type: 'text', nullable: false, columnType: { kind: 'text' } },
    ],
  });
});
