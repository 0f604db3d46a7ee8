/** Times and spans of time as protobuf's JSON writes them. @see https://protobuf.dev/programming-guides/json/ (read 2026-11-21) */

/** `"3600s"` or `"0.5s"` in milliseconds. */
export function durationMs(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text.slice(0, -1)) * 1000;
}

/** Milliseconds as `"3600s"`. */
export function toDuration(ms: number): string {
  return `${ms / 1000}s`;
}

/** Epoch milliseconds as RFC 3339. */
export function toTimestamp(atMs: number): string {
  return new Date(atMs).toISOString();
}
