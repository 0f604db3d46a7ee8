import { lifetimeRange, type Capabilities, type DurationRange } from '../contract/capabilities.ts';
import type { Prices } from '../contract/usage.ts';
import { toMoney } from '../cost/money.ts';
import { casesOf } from './cases.ts';
import { EXPIRY_LIMIT_MS, longText, planLong, type LongPlan } from './long-plan.ts';
import { POINTS } from './points/all-points.ts';
import type { Area, ObserverName, Point } from './points/point.ts';

/** How long a session may be idle, milliseconds, where its service allows it. */
const IDLE_MS = 5 * 60_000;
/** How long a session lives at most, milliseconds: enough for a slow start and all cases. */
export const LIFETIME_MS = 20 * 60_000;
/** The usual time from the start of a session to its end, milliseconds. */
const USUAL_MS = 3 * 60_000;
/** What is observed without a session. */
const WITHOUT_SESSION: readonly ObserverName[] = ['unknown-session', 'unknown-terminate'];
const HOUR_MS = 3_600_000;

/** What a verification is going to do. */
export interface VerificationPlan {
  readonly areas: readonly Area[];
  /** How many sessions the cases run in, one after another. */
  readonly repeat: number;
  /** Whether a session is started for the probes. */
  readonly probesSession: boolean;
  readonly points: readonly Point[];
  readonly sessions: number;
  readonly idleTimeoutMs: number;
  /** The longest life of a session; its service ends it then, where it can. */
  readonly lifetimeMs: number;
  readonly endsByLifetime: boolean;
  /** What `--long` adds. */
  readonly long: LongPlan | undefined;
  /** The times of the session that outlives an endpoint token. */
  readonly expiry: { readonly idleTimeoutMs: number; readonly lifetimeMs: number };
}

/** Plans a verification of a provider. */
export function planVerification(
  {
    id,
    capabilities,
    hasProbe,
  }: { readonly id: string; readonly capabilities: Capabilities; readonly hasProbe: boolean },
  {
    areas,
    repeat,
    long: isLong = false,
  }: { readonly areas: readonly Area[]; readonly repeat: number; readonly long?: boolean },
): VerificationPlan {
  const points = POINTS.filter(({ provider, area }) => provider === id && areas.includes(area));
  const probesSession =
    hasProbe &&
    points.some(({ treatment }) => treatment.kind === 'probe' && !WITHOUT_SESSION.includes(treatment.observer));
  const needsSession = casesOf(areas, isLong).some(({ phase }) => phase !== 'before');
  const range = lifetimeRange(capabilities);
  const idleTimeoutMs = clamp(IDLE_MS, capabilities.idleTimeoutMs);
  const lifetimeOf = (ms: number): number => (range === false ? ms : clamp(ms, range));
  const { sparkConnect } = capabilities;
  const long =
    isLong && hasProbe ? planLong(points, { areas, sparkConnect, idleTimeoutMs, usualMs: USUAL_MS }) : undefined;
  return {
    areas,
    repeat: needsSession ? repeat : 0,
    probesSession,
    points,
    sessions: (needsSession ? repeat : 0) + (probesSession ? 1 : 0) + (long?.sessions ?? 0),
    idleTimeoutMs,
    lifetimeMs: lifetimeOf(LIFETIME_MS),
    endsByLifetime: capabilities.maxLifetimeMs !== false,
    long,
    expiry: {
      idleTimeoutMs: clamp(EXPIRY_LIMIT_MS + LIFETIME_MS, capabilities.idleTimeoutMs),
      lifetimeMs: lifetimeOf(EXPIRY_LIMIT_MS + LIFETIME_MS),
    },
  };
}

/** The plan in words, before anything is started. */
export function planText(
  plan: VerificationPlan,
  {
    provider,
    scope,
    prices,
  }: { readonly provider: string; readonly scope: string; readonly prices: Prices | undefined },
): string {
  const { sessions, idleTimeoutMs, lifetimeMs, endsByLifetime } = plan;
  if (sessions === 0) return `verify starts no session of ${provider} (${scope}).\n`;
  const limit = endsByLifetime
    ? `after ${minutes(idleTimeoutMs)} without work and ${minutes(lifetimeMs)} after its start at the latest`
    : `after ${minutes(idleTimeoutMs)} without work`;
  return [
    `verify starts ${sessions} small ${sessions === 1 ? 'session' : 'sessions'} of ${provider} (${scope}), one after another, and ends each one.`,
    `Usually each takes about ${minutes(USUAL_MS)}. If verify is killed, the service ends a session ${limit}; so does anysession verify --clean.`,
    ...(plan.long === undefined ? [] : [longText(plan.long)]),
    costText(plan, prices),
    '',
  ].join('\n');
}

function costText({ sessions, lifetimeMs, long }: VerificationPlan, prices: Prices | undefined): string {
  if (prices === undefined) return 'The cost is not known: the environment has no `prices`.';
  const { sessionHour, currency } = prices;
  if (sessionHour === undefined) {
    return 'The cost follows from the usage that the service reports, by your `prices`; the report has it. --max-spend limits it.';
  }
  const cost = (ms: number): string =>
    toMoney((((sessions - (long?.sessions ?? 0)) * ms + (long?.billedMs ?? 0)) * sessionHour) / HOUR_MS, currency);
  return `They cost about ${cost(USUAL_MS)}, and ${cost(lifetimeMs)} at most, by your price of an hour of a session.`;
}

function clamp(wanted: number, { min, max }: Pick<DurationRange, 'min' | 'max'>): number {
  return Math.min(max, Math.max(min, wanted));
}

function minutes(ms: number): string {
  return `${Math.ceil(ms / 60_000)} min`;
}
