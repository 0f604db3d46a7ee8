import type { protos } from '@google-cloud/dataproc';

/** A Timestamp or a Duration: seconds as a string, a number or a big-number object, and nanoseconds. */
type NativeTime = protos.google.protobuf.ITimestamp | protos.google.protobuf.IDuration;

/** Epoch or length in milliseconds, rounded down. */
export function toMs(time: NativeTime | null | undefined): number | undefined {
  if (time === null || time === undefined) return undefined;
  const seconds = Number(time.seconds ?? 0);
  return Number.isFinite(seconds) ? seconds * 1000 + Math.floor((time.nanos ?? 0) / 1e6) : undefined;
}

/** A Duration, rounded up to whole seconds, the unit of the service's limits. */
export function toDuration(ms: number): { readonly seconds: number } {
  return { seconds: Math.ceil(ms / 1000) };
}
