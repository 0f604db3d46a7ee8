import type { SqlDialect } from '../contract/capabilities.ts';
import { SessionError } from '../contract/session-error.ts';

/**
 * Refuses statements that could change something. This is no parser: it knows where a statement begins, and otherwise checks the whole
 * text, with its comments and quoted texts. So it refuses too much rather than too little, and cannot be misled by quotes and comments
 * that an engine reads differently. It does not examine functions: see docs/guide/agents.md#what-read-only-means.
 */

/** White space and comments before the first word. A backslash continues a comment of Spark, and comments of some engines nest. */
const LEAD = /^(?:\s+|--[^\r\n\\]*(?:[\r\n]|$)|\/\*(?:(?!\*\/|\/\*|\\)[^])*\*\/)*/;

const READS: ReadonlySet<string> = new Set(['SELECT', 'WITH', 'VALUES', 'SHOW', 'DESCRIBE', 'DESC', 'EXPLAIN']);

/** What a statement that begins with WITH may be, besides a query. */
const WRITE = /(?<![A-Z_])(?:INSERT|UPDATE|DELETE|MERGE)(?!\w)/;
/** `EXPLAIN ANALYZE` runs its statement. */
const EXPLAINS_QUERY =
  /^EXPLAIN\s+(?:(?:ANALYZE|EXTENDED|FORMATTED|CODEGEN|COST)\s+|\([\w\s,]*\)\s*)*(?:SELECT|WITH|VALUES)(?!\w)/;

/** What runs a program or code, or puts other text into the statement, in a query of Spark. */
const SPARK_CODE: readonly (readonly [RegExp, string])[] = [
  [/(?<![A-Z_])USING(?!\s*\(|\w)/, 'USING without a list of columns, as in `TRANSFORM … USING`, which runs a program'],
  [/(?<![A-Z])(?:REFLECT|JAVA_METHOD)(?!\w)/, '`reflect` or `java_method`, which run code'],
  [/(?<![A-Z_])IDENTIFIER\s*(?:\(|--|\/\*)/, '`identifier(…)`, which makes a name, such as `reflect`, of any text'],
  [/\$\{/, '`${`, which Spark replaces by a variable'],
];

/** @throws SessionError `forbidden` for a statement that is not surely a single query. */
export function assertReadOnly(sql: string, dialect: SqlDialect): void {
  // As engines do: `ı` and `ſ` are letters of keywords too.
  const text = sql.toUpperCase().replace(/[;\s]+$/, '');
  const code = text.replace(LEAD, '');
  const word = /^[A-Z]+/.exec(code)?.[0] ?? '';
  if (text.includes(';')) {
    throw refusal('The text has a semicolon, so it may be more than one statement', 'Send one statement');
  }
  if (!READS.has(word) || /^\w/.test(code.slice(word.length))) {
    const begins = word === '' ? 'does not begin with a keyword' : `begins with ${word.slice(0, 40)}`;
    throw refusal(`The statement ${begins}. Read-only are: ${[...READS].join(', ')}`);
  }
  const write = (word === 'WITH' || word === 'EXPLAIN') && WRITE.exec(text);
  if (write) throw refusal(`The statement begins with ${word} and contains ${write[0]}, so it may change data`);
  if (word === 'EXPLAIN' && !EXPLAINS_QUERY.test(code))
    throw refusal('EXPLAIN of anything but a query is not read-only');
  for (const [pattern, what] of dialect === 'spark' ? SPARK_CODE : []) {
    if (pattern.test(text)) throw refusal(`The statement contains ${what}`);
  }
}

function refusal(message: string, first = 'Pass texts as `parameters`'): SessionError {
  const advice = `${first}, or set \`write\` to true: then the user is asked.`;
  return new SessionError('forbidden', `${message}. The statement was not run`, { operation: 'sql', advice });
}
