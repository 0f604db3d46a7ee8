import type { ColumnField, ColumnType } from '../contract/column-batch.ts';
import type { Parameters } from '../contract/statement-runner.ts';
import type { TestValue } from './column-encoder.ts';

/** A text that gives rows. */
export interface ScriptedRows {
  readonly columns: Readonly<Record<string, ColumnType['kind'] | ColumnType>> | readonly ColumnField[];
  /** The rows, or how they follow from the bound parameters. */
  readonly rows: readonly (readonly TestValue[])[] | ((parameters: Parameters) => readonly (readonly TestValue[])[]);
  /** How long the engine works before the columns are known, milliseconds; 0 by default. */
  readonly durationMs?: number;
  /** Rows in one batch; 2 by default, so that a few rows are several batches. */
  readonly batchRows?: number;
}

/** What a scripted engine does with one exact text. */
export type ScriptedStatement =
  | ScriptedRows
  /** The engine refuses the text, with this message. */
  | { readonly error: string }
  /** The engine works on it until somebody cancels it or the session ends. */
  | { readonly neverEnds: true };

/** The tiny SQL of a scripted service: it knows exactly the texts that a test taught it. */
export class ScriptedStatements {
  readonly #byText = new Map<string, ScriptedStatement>();

  constructor() {
    this.set('SELECT 1', { columns: { one: 'integer' }, rows: [[1]] });
  }

  /** Teaches one text; a later answer for the same text replaces the earlier one. */
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

/** The fields of a scripted result; a bare kind stands for its usual type (a 32-bit integer, a double, DECIMAL(18,2)). */
export function toFields(columns: ScriptedRows['columns']): readonly ColumnField[] {
  if (Array.isArray(columns)) return columns as readonly ColumnField[];
  return Object.entries(columns as Readonly<Record<string, ColumnType['kind'] | ColumnType>>).map(([name, type]) => ({
    name,
    type: typeof type === 'string' ? (SHORT_TYPES[type] ?? ({ kind: type } as ColumnType)) : type,
    nullable: true,
  }));
}
