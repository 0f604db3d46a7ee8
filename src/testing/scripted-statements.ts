import type { ColumnField, ColumnType } from '../contract/column-batch.ts';
import type { Parameters } from '../contract/statement-runner.ts';
import type { TestValue } from './column-encoder.ts';

/** The rows that a statement returns. */
export interface ScriptedRows {
  readonly columns: Readonly<Record<string, ColumnType['kind'] | ColumnType>> | readonly ColumnField[];
  /** The rows, or a function of the bound parameters. */
  readonly rows: readonly (readonly TestValue[])[] | ((parameters: Parameters) => readonly (readonly TestValue[])[]);
  /** How long the engine works before it returns the columns, milliseconds; 0 by default. */
  readonly durationMs?: number;
  /** Rows in one batch; 2 by default, so that a few rows are several batches. */
  readonly batchRows?: number;
}

/** What a scripted engine does with one text. */
export type ScriptedStatement =
  | ScriptedRows
  /** The engine refuses the text, with this message. */
  | { readonly error: string }
  /** The statement runs until it is cancelled or the session ends. */
  | { readonly neverEnds: true };

/** The statements that a scripted service knows: `SELECT 1` and the texts that a test sets. */
export class ScriptedStatements {
  readonly #byText = new Map<string, ScriptedStatement>();

  constructor() {
    this.set('SELECT 1', { columns: { one: 'integer' }, rows: [[1]] });
  }

  /** Sets the answer of one text. */
  set(text: string, statement: ScriptedStatement): this {
    this.#byText.set(text, statement);
    return this;
  }

  get(text: string): ScriptedStatement | undefined {
    return this.#byText.get(text);
  }
}

const SHORT_TYPES: { readonly [kind: string]: ColumnType | undefined } = {
  integer: { kind: 'integer', bits: 32, signed: true },
  float: { kind: 'float', bits: 64 },
  decimal: { kind: 'decimal', precision: 18, scale: 2 },
};

/** The fields of a scripted result; a kind alone means its usual type (a 32-bit integer, a double, DECIMAL(18,2)). */
export function toFields(columns: ScriptedRows['columns']): readonly ColumnField[] {
  if (Array.isArray(columns)) return columns as readonly ColumnField[];
  return Object.entries(columns as Readonly<Record<string, ColumnType['kind'] | ColumnType>>).map(([name, type]) => ({
    name,
    type: typeof type === 'string' ? (SHORT_TYPES[type] ?? ({ kind: type } as ColumnType)) : type,
    nullable: true,
  }));
}
