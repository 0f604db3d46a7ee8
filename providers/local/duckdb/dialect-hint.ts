const SPARK_FUNCTIONS =
  'array|collect_list|collect_set|current_timestamp|date_format|explode|explode_outer|from_json|from_unixtime|get_json_object|' +
  'inline|named_struct|nvl|nvl2|percentile_approx|posexplode|rlike|size|struct|to_date|to_json|transform|unix_timestamp';

/** Syntax of Spark SQL that DuckDB does not have, each with its name in a message. */
const SPARK_SYNTAX: readonly (readonly [syntax: RegExp, name: (found: string) => string])[] = [
  [/`[^`]+`/, () => 'names in backticks'],
  [new RegExp(`\\b(?:${SPARK_FUNCTIONS})(?=\\s*\\()`, 'i'), (found) => `${found.toLowerCase()}()`],
  [/\blateral\s+view\b/i, () => 'LATERAL VIEW'],
  [/\binsert\s+overwrite\b/i, () => 'INSERT OVERWRITE'],
  [/\busing\s+(?:parquet|csv|json|orc|delta|iceberg)\b/i, (found) => found.toUpperCase().replace(/\s+/, ' ')],
  [/\bcache\s+table\b/i, () => 'CACHE TABLE'],
  [/\brlike\b/i, () => 'RLIKE'],
  [/<=>/, () => '<=>'],
  [/\bdiv\b/i, () => 'div'],
  [/\btimestamp_(?:ntz|ltz)\b/i, (found) => found.toUpperCase()],
];

/** A hint for the error of a statement that looks like Spark SQL; empty for any other statement. */
export function formatDialectHint(text = ''): string {
  for (const [syntax, name] of SPARK_SYNTAX) {
    const found = syntax.exec(text)?.[0];
    if (found === undefined) continue;
    return (
      `\n\nThis looks like Spark SQL (${name(found)}), and this session runs DuckDB SQL. ` +
      'For Spark SQL, set `engine: sail` in the environment and run `anysession engines install sail`.'
    );
  }
  return '';
}
