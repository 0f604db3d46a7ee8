import type { protos } from '@google-cloud/dataproc';

/** A Timestamp or a Duration: seconds as a text, a number or a big-number object, and nanoseconds. */
type NativeTime = protos.google.protobuf.ITimestamp | protos.google.protobuf.IDuration;

/** Epoch or length in milliseconds; parts of a millisecond are left out. */
export function toMs(time: NativeTime | null | undefined): number | undefined {
  if (time === null || time === undefined) return undefined;
  const seconds = Number(time.seconds ?? 0);
  return Number.isFinite(seconds) ? seconds * 1000 + Math.floor((time.nanos ?? 0) / 1e6) : undefined;
}

/** A Duration, rounded up to whole seconds, which is what the service's limits are in. */
export function toDuration(ms: number): { readonly seconds: number } {
  return { seconds: Math.ceil(ms / 1000) };
}
