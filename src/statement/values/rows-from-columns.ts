import type { ResultValue, Row, RowArray } from './result-value.ts';
import { tabulate } from './tabulate.ts';

/** Columns of values, all of the same length. */
export type ValueColumns = readonly (readonly ResultValue[])[];

/** How many rows, and their values column by column. */
export interface ColumnValues {
  readonly rowCount: number;
  readonly columns: ValueColumns;
}

/** Turns columns into row objects. The names must differ from each other. */
export function rowObjects({ rowCount, columns }: ColumnValues, names: readonly string[]): Row[] {
  // A clone of a complete row is several times faster than growing each row name by name (measured: 3 × at 40 columns),
  // and a column called `__proto__` stays a column: `fromEntries` and spread define where assignment would not.
  const blank: Row = Object.fromEntries(names.map((name) => [name, null]));
  const named = names.map((name, at) => ({ name, values: columns[at] ?? [] }));
  return tabulate(rowCount, (at) => {
    const row = { ...blank };
    for (const { name, values } of named) row[name] = values[at] as ResultValue;
    return row;
  });
}

/** Turns columns into arrays, one a row. */
export function rowArrays({ rowCount, columns }: ColumnValues): RowArray[] {
  return tabulate(rowCount, (at) => columns.map((values) => values[at] as ResultValue));
}
