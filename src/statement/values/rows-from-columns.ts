import type { ResultValue, Row, RowArray } from './result-value.ts';
import { tabulate } from './tabulate.ts';

export type ValueColumns = readonly (readonly ResultValue[])[];

export interface ColumnValues {
  readonly rowCount: number;
  readonly columns: ValueColumns;
}

/** Turns columns into row objects. The names must be unique. */
export function rowObjects({ rowCount, columns }: ColumnValues, names: readonly string[]): Row[] {
  // Cloning a complete row is faster than adding name by name (measured: 3 × at 40 columns), and keeps a column called
  // `__proto__`: `fromEntries` and spread define it where an assignment would not.
  const blank: Row = Object.fromEntries(names.map((name) => [name, null]));
  const named = names.map((name, at) => ({ name, values: columns[at] ?? [] }));
  return tabulate(rowCount, (at) => {
    const row = { ...blank };
    for (const { name, values } of named) row[name] = values[at] as ResultValue;
    return row;
  });
}

/** Turns columns into one array per row. */
export function rowArrays({ rowCount, columns }: ColumnValues): RowArray[] {
  return tabulate(rowCount, (at) => columns.map((values) => values[at] as ResultValue));
}
