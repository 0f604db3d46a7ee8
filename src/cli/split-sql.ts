import type { SqlDialect } from '../contract/capabilities.ts';

/** One statement of a text. */
export interface SplitStatement {
  readonly text: string;
  /** The line of the whole text on which it begins, from 1. */
  readonly line: number;
  /** Whether a semicolon ends it. */
  readonly isEnded: boolean;
  /** The names of its parameters: `:name` in Spark, `$name` in DuckDB. */
  readonly parameters: ReadonlySet<string>;
}

/**
 * The tokens in which a semicolon does not end a statement, and those that the splitter reads. Both dialects nest comments; only
 * Spark escapes quotes with a backslash, and only DuckDB has dollar quotes. A token without an end reaches to the end of the text.
 * @see https://spark.apache.org/docs/latest/sql-ref-literals.html and
 * https://duckdb.org/docs/stable/sql/data_types/literal_types (read 2026-11-30)
 */
const SHARED = {
  lineComment: '--[^\\n]*',
  comment: '/\\*',
  semicolon: ';',
  word: '[A-Za-z_][A-Za-z0-9_]*',
};
/** The order matters: a raw text begins like a word, a dollar quote like a parameter. */
const ORDER = ['lineComment', 'comment', 'raw', 'dollar', 'text', 'name', 'parameter', 'word', 'semicolon'];

const TOKENS: Readonly<Record<SqlDialect, RegExp>> = {
  spark: tokens({
    ...SHARED,
    raw: `[rR](?:'[^']*(?:'|$)|"[^"]*(?:"|$))`,
    text: `'(?:[^'\\\\]|\\\\[^])*(?:'|$)|"(?:[^"\\\\]|\\\\[^])*(?:"|$)`,
    name: '`[^`]*(?:`|$)',
    parameter: '(?<![:\\w]):[A-Za-z_]\\w*',
  }),
  duckdb: tokens({
    ...SHARED,
    raw: `[eE]'(?:[^'\\\\]|\\\\[^])*(?:'|$)`,
    dollar: '\\$(?<tag>[A-Za-z_]\\w*)?\\$[^]*?(?:\\$(?:\\k<tag>)\\$|$)',
    text: `'[^']*(?:'|$)`,
    name: '"[^"]*(?:"|$)',
    parameter: '\\$[A-Za-z_]\\w*',
  }),
};

function tokens(patterns: Readonly<Record<string, string>>): RegExp {
  const groups = ORDER.flatMap((name) => (name in patterns ? [`(?<${name}>${patterns[name] ?? ''})`] : []));
  return new RegExp(`${groups.join('|')}|(?<other>[^\\s])`, 'g');
}

/**
 * Splits a text at its semicolons into statements, which the engines take one at a time. Parts without a statement, such as
 * comments after the last one, are left out. A compound statement of Spark (`BEGIN … END`) stays whole.
 */
export function splitSql(text: string, dialect: SqlDialect): readonly SplitStatement[] {
  const statements: SplitStatement[] = [];
  const pattern = new RegExp(TOKENS[dialect]);
  const block = new CompoundBlock();
  let from = 0;
  let hasCode = false;
  let parameters = new Set<string>();
  const end = (at: number): void => {
    const part = text.slice(from, at);
    if (hasCode) {
      const lead = part.length - part.trimStart().length;
      const line = lineAt(text, from + lead);
      statements.push({ text: part.trim(), line, isEnded: at < text.length, parameters });
    }
    from = at + 1;
    hasCode = false;
    parameters = new Set();
  };
  for (let token = pattern.exec(text); token !== null; token = pattern.exec(text)) {
    const { lineComment, comment, word, parameter, semicolon } = token.groups ?? {};
    if (lineComment !== undefined) continue;
    if (comment !== undefined) {
      pattern.lastIndex = endOfComment(text, token.index);
      continue;
    }
    if (parameter !== undefined) parameters.add(parameter.slice(1));
    const isInside = dialect === 'spark' && block.read(word?.toUpperCase() ?? token[0], hasCode);
    if (semicolon !== undefined && !isInside) end(token.index);
    else hasCode = true;
  }
  end(text.length);
  return statements;
}

/** Comments nest. */
function endOfComment(text: string, start: number): number {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = start;
  let depth = 0;
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    depth += mark[0] === '/*' ? 1 : -1;
    if (depth === 0) return marks.lastIndex;
  }
  return text.length;
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}

/** What begins a part with its own END, where a statement of a compound statement begins. */
const OPENERS: ReadonlySet<string> = new Set(['BEGIN', 'IF', 'CASE', 'WHILE', 'LOOP', 'REPEAT', 'FOR']);
/** After these a statement begins. */
const BEFORE_STATEMENT: ReadonlySet<string> = new Set([';', ':', 'BEGIN', 'THEN', 'ELSE', 'DO', 'LOOP', 'REPEAT']);

/**
 * Follows a compound statement of Spark, in which semicolons end inner statements.
 * @see https://spark.apache.org/docs/latest/sql-ref-scripting.html (read 2026-11-30)
 */
class CompoundBlock {
  #depth = 0;
  #previous = '';

  /** Reads the next token. Returns whether it is inside of a compound statement. */
  read(token: string, hasCode: boolean): boolean {
    const previous = hasCode ? this.#previous : ';';
    this.#previous = token;
    if (this.#depth === 0) {
      // `label: BEGIN` begins one too.
      if (token !== 'BEGIN' || !(previous === ';' || previous === ':')) return false;
      this.#depth = 1;
      return true;
    }
    // END IF, END LOOP, …
    if (previous === 'END' && OPENERS.has(token)) this.#previous = '';
    else if (token === 'END') this.#depth -= 1;
    // CASE is an expression anywhere.
    else if (token === 'CASE' || (OPENERS.has(token) && BEFORE_STATEMENT.has(previous))) this.#depth += 1;
    return token !== ';' || this.#depth > 0;
  }
}
