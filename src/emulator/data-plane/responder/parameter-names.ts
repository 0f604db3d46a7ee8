/** Texts, quoted names and comments, in which a colon is a colon; then casts; then the name of a parameter. */
const TOKENS = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|--[^\n]*|\/\*[\s\S]*?\*\/|::|:([A-Za-z_]\w*)/g;

/** Spark's `:name` as DuckDB's `$name`, for the names that have a value. */
export function withDollarNames(text: string, names: readonly string[]): string {
  if (names.length === 0) return text;
  return text.replace(TOKENS, (token: string, name: string | undefined) =>
    name !== undefined && names.includes(name) ? `$${name}` : token,
  );
}
