import type { ColumnField, ColumnType } from '../contract/column-batch.ts';
import type { Parameters } from '../contract/statement-runner.ts';
import type { SampleValue } from './column-reader.ts';

/** A statement and exactly what it gives. */
export interface SqlSample {
  /** What it is about, for the report. */
  readonly about: string;
  readonly text: string;
  readonly parameters?: Parameters;
  readonly columns: readonly { readonly name: string; readonly type: SampleType }[];
  readonly rows: readonly (readonly SampleValue[])[];
}

/** A type as far as a sample insists on it: the members that are named must be as they are here. */
export type SampleType = Partial<ColumnType> & { readonly kind: ColumnType['kind'] };

/** The statements with which the kit tries a dialect. */
export interface SqlSamples {
  /** Gives enough rows for more than one batch, in an order of its own. */
  readonly rows: SqlSample;
  /** Values are bound: quotes, comments and placeholders in them stay text. By position, and by name. */
  readonly parameters: readonly SqlSample[];
  /** No engine takes it. */
  readonly refused: string;
  /** Works until somebody stops it: longer than any case lasts. */
  readonly endless: string;
  /** One sample for each type, and an empty result. */
  readonly types: readonly SqlSample[];
}

/** Tells whether a field is what a sample says. */
export function isColumn(field: ColumnField, expected: SqlSample['columns'][number]): boolean {
  const type = field.type as Readonly<Record<string, unknown>>;
  return field.name === expected.name && Object.entries(expected.type).every(([name, value]) => type[name] === value);
}
