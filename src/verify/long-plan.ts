import type { Capabilities } from '../contract/capabilities.ts';
import type { Area, Point } from './points/point.ts';

/** How long an ended session is watched, milliseconds. */
export const WATCH_MS = 2 * 3_600_000;
/** How long a session runs until its endpoint token expires, at most, milliseconds. */
export const EXPIRY_LIMIT_MS = 75 * 60_000;

/** What `--long` adds to a verification. */
export interface LongPlan {
  /** A session is left idle until its service ends it, and watched afterwards. */
  readonly watchesEnd: boolean;
  /** The watch repeats its start, which starts another session when the token is forgotten. */
  readonly repeatsStart: boolean;
  /** A session runs until its endpoint token expires. */
  readonly awaitsExpiry: boolean;
  readonly sessions: number;
  /** How long these sessions run together, and how long the run takes longer, milliseconds. */
  readonly billedMs: number;
  readonly takesMs: number;
}

/** Plans what takes long. @param usualMs - what an ordinary session takes */
export function planLong(
  points: readonly Point[],
  {
    areas,
    sparkConnect,
    idleTimeoutMs,
    usualMs,
  }: { readonly areas: readonly Area[]; readonly usualMs: number } & Pick<Capabilities, 'sparkConnect'> & {
      readonly idleTimeoutMs: number;
    },
): LongPlan {
  const has = (observer: string): boolean =>
    points.some(({ treatment }) => treatment.kind === 'long' && treatment.observer === observer);
  const repeatsStart = has('token-memory');
  const watchesEnd = repeatsStart || has('retention') || areas.includes('starts');
  const awaitsExpiry = sparkConnect && has('expired-token');
  const watchedMs = watchesEnd ? idleTimeoutMs + usualMs + (repeatsStart ? usualMs : 0) : 0;
  const expiryMs = awaitsExpiry ? EXPIRY_LIMIT_MS : 0;
  return {
    watchesEnd,
    repeatsStart,
    awaitsExpiry,
    sessions: (watchesEnd ? 1 : 0) + (repeatsStart ? 1 : 0) + (awaitsExpiry ? 1 : 0),
    billedMs: watchedMs + expiryMs,
    takesMs: watchedMs + expiryMs + (watchesEnd ? WATCH_MS : 0),
  };
}

/** What takes long, in words. */
export function longText({ watchesEnd, repeatsStart, awaitsExpiry, takesMs }: LongPlan): string {
  const parts = [
    ...(watchesEnd ? ['one session is left idle until its service ends it, and watched for 2 h afterwards'] : []),
    ...(repeatsStart ? ['its start is repeated, and a session that this starts is ended at once'] : []),
    ...(awaitsExpiry
      ? [`one session runs until its endpoint token expires, ${EXPIRY_LIMIT_MS / 60_000} min at most`]
      : []),
  ];
  return `With --long ${parts.join('; ')}. This takes up to ${Math.ceil(takesMs / 60_000)} min.`;
}
