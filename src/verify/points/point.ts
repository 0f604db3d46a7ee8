/** What a part of a verification is about, as `--only` names it. */
export const AREAS = ['starts', 'lists', 'sql', 'batches'] as const;

/** One of {@link AREAS}. */
export type Area = (typeof AREAS)[number];

/** A value of an option of the emulator; `null` where the option is not set. */
export type PointValue = string | number | boolean | null;

/** How an undocumented point is observed; each has a function in `observers.ts`. */
export type ObserverName =
  | 'token-clash'
  | 'unknown-session'
  | 'unknown-terminate'
  | 'lists-ended'
  | 'endpoint-before-ready'
  | 'endpoint-refusal'
  | 'endpoint-from'
  | 'orphaned-calculation'
  | 'describe-lag'
  | 'list-lag'
  | 'usage'
  | 'terminate-ended'
  | 'started-phase'
  | 'endpoint-lag'
  | 'active-after-terminate'
  | 'endpoint-token-lifetime'
  | 'endpoint-credentials'
  | 'reasons'
  | 'token-memory'
  | 'retention'
  | 'expired-token';

/** How a point is treated: observed in every run, with `--long`, or never, with the reason. */
export type Treatment =
  | { readonly kind: 'probe'; readonly observer: ObserverName }
  /** It takes hours. */
  | { readonly kind: 'long'; readonly why: string; readonly observer: ObserverName }
  /** It would cost others something, or nothing that a client may do shows it. */
  | { readonly kind: 'not-probed'; readonly why: string };

/** A point of a service that no document settles. */
export interface Point {
  /** The emulator's option: `athena.tokenClashCode`. It also identifies the point in files. */
  readonly option: `${string}.${string}`;
  /** The id of the provider. */
  readonly provider: string;
  readonly area: Area;
  /** What is not documented. */
  readonly question: string;
  /** What the emulator does by default. */
  readonly assumed: PointValue;
  /** The values that the emulator can take, or `duration` for any number of milliseconds. */
  readonly values: readonly PointValue[] | 'duration';
  readonly treatment: Treatment;
}

/** A point as its table writes it. */
export type PointRow = readonly [
  option: string,
  area: Area,
  question: string,
  assumed: PointValue,
  values: Point['values'],
  treatment: Treatment,
];

/** It is observed in every run. */
export const probe = (observer: ObserverName): Treatment => ({ kind: 'probe', observer });
/** It is observed with `--long` only. */
export const long = (why: string, observer: ObserverName): Treatment => ({ kind: 'long', why, observer });
/** It is left alone. */
export const notProbed = (why: string): Treatment => ({ kind: 'not-probed', why });

/** Makes the points of one service. @param service - the member of the emulator's options */
export function pointsOf(provider: string, service: string, rows: readonly PointRow[]): readonly Point[] {
  return rows.map(([option, area, question, assumed, values, treatment]) => {
    return { option: `${service}.${option}`, provider, area, question, assumed, values, treatment };
  });
}

/** What the points of several services share. */
export const REASONS = {
  rates: notProbed('a throttle that is provoked also stops the other users of the account'),
  retention: long('a record of an ended session may be kept for hours or days', 'retention'),
  tokenMemory: long(
    'a token may be remembered for hours or days, and repeating it later starts another session',
    'token-memory',
  ),
  shortIdle: notProbed(
    'every start of verify has a short idle timeout, so that no killed run leaves a session for long',
  ),
  quota: notProbed('only starts that use up the quota of the account show it, and others need that quota'),
  expiredToken: long('an endpoint token has to expire first, which takes half an hour or more', 'expired-token'),
} as const;
