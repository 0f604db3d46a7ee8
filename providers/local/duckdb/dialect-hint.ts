const SPARK_FUNCTIONS =
  'array|collect_list|collect_set|current_timestamp|date_format|explode|explode_outer|from_json|from_unixtime|get_json_object|' +
  'inline|named_struct|nvl|nvl2|percentile_approx|posexplode|rlike|size|struct|to_date|to_json|transform|unix_timestamp';

/** Spellings of Spark SQL that DuckDB does not have, each with how a person calls it. */
const SPARK_SPELLINGS: readonly (readonly [spelling: RegExp, name: (found: string) => string])[] = [
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

/** A sentence to follow an error of a statement that looks like Spark SQL; empty for any other. */
export function formatDialectHint(text = ''): string {
  for (const [spelling, name] of SPARK_SPELLINGS) {
    const found = spelling.exec(text)?.[0];
    if (found !== undefined) {
      return (
        `\n\nThis session speaks the SQL of DuckDB, and ${name(found)} is Spark's: the two dialects differ. ` +
        'With `engine: sail` in its environment it speaks that of Spark; `anysession engines install sail` brings that engine.'
      );
    }
  }
  return '';
}
