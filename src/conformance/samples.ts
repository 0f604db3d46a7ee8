import type { ColumnField, ColumnType } from '../contract/column-batch.ts';
import type { Parameters } from '../contract/statement-runner.ts';
import type { SampleValue } from './column-reader.ts';

/** The code blocks that the kit runs, in the language of the service's sessions. */
export interface CodeSamples {
  /** Prints something and ends soon. */
  readonly short: string;
  /** Runs until it is stopped, or longer than a few calls take. */
  readonly long: string;
}

/** A statement and its exact result. */
export interface SqlSample {
  /** What the sample shows, for the report. */
  readonly about: string;
  readonly text: string;
  readonly parameters?: Parameters;
  readonly columns: readonly { readonly name: string; readonly type: SampleType }[];
  readonly rows: readonly (readonly SampleValue[])[];
}

/** The part of a type that a sample requires: each member named here must be equal. */
export type SampleType = Partial<ColumnType> & { readonly kind: ColumnType['kind'] };

/** The statements with which the kit checks a SQL dialect. */
export interface SqlSamples {
  /** Returns enough ordered rows for more than one batch. */
  readonly rows: SqlSample;
  /** Bound values with quotes, comments and placeholders, by position and by name. */
  readonly parameters: readonly SqlSample[];
  /** A text that no engine accepts. */
  readonly refused: string;
  /** Runs until it is stopped: longer than any case. */
  readonly endless: string;
  /** One sample for each type, and an empty result. */
  readonly types: readonly SqlSample[];
}

/** Whether a field is the column that a sample expects. */
export function isColumn(field: ColumnField | undefined, expected: SqlSample['columns'][number]): boolean {
  const type = field?.type as Readonly<Record<string, unknown>> | undefined;
  return (
    field?.name === expected.name && Object.entries(expected.type).every(([name, value]) => type?.[name] === value)
  );
}
