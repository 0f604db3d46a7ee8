import type { SeenEndpoint } from '../contract/service-probe.ts';
import { SessionError } from '../contract/session-error.ts';
import { unitsOf } from '../cost/cost.ts';
import { AGREEING_ANSWERS, isOver, type Evidence, type Interval, type Reading, type Step } from './evidence.ts';
import { measured, observed, unknown, type Finding, type Range } from './finding.ts';
import { expiredToken, retention, tokenMemory } from './long-observers.ts';
import { phaseRange, visibilityRange } from './ranges.ts';
import type { ObserverName, Point } from './points/point.ts';

/** The metadata with the token of an endpoint. */
const TOKEN_KEY = 'x-aws-proxy-auth';
/** As many lists without a session must follow each other before it counts as not listed: a fault may empty several of them. */
export const ABSENT_LISTS = 5;

/** Reads the evidence of each kind of probe. A point without enough evidence is unknown, with the reason. */
export const OBSERVERS: Readonly<Record<ObserverName, (evidence: Evidence, point: Point) => Finding>> = {
  'token-clash': (evidence, { values }) =>
    agreed(evidence, 'a second start', evidence.clashes, (id) => {
      if (id !== evidence.sessionId) return 'another-session';
      return Array.isArray(values) && values.includes('ignored') ? 'ignored' : 'same-session';
    }),
  'unknown-session': (evidence) => agreed(evidence, 'an unknown session', evidence.unknowns, () => 'ok'),
  'unknown-terminate': (evidence) =>
    agreed(evidence, 'terminate of an unknown session', evidence.unknownTerminates, () => 'ok'),
  'terminate-ended': (evidence) => {
    // A record that is gone is refused for another reason.
    if (!evidence.endedDescribes.some(({ value }) => value !== undefined) || lastRefused(evidence.endedDescribes))
      return unknown('the ended session could not be described any more');
    return agreed(evidence, 'terminate', evidence.endedTerminates, () => 'ok');
  },
  'lists-ended': (evidence) => {
    const { seen, endedLists, endedDescribes } = evidence;
    if (endedLists.some(({ value }) => value === true)) return observed(true);
    const [end, lag, listLag] = [
      seen.find(({ value }) => value.final && value.state === 'terminated'),
      lagOf(evidence),
      listLagOf(evidence),
    ];
    if (end === undefined || lag === undefined || listLag === undefined)
      return missing(evidence, 'the list of ended sessions', 'the end was not seen');
    // A list that is behind still shows the session alive.
    const fromMs = end.receivedMs - lag.atLeastMs + listLag.atMostMs;
    const lists = endedLists.filter(({ sentMs }) => sentMs >= fromMs);
    const [list, described] = [lists.at(-1), endedDescribes.at(-1)];
    if (list === undefined || lists.length < ABSENT_LISTS)
      return missing(evidence, 'the list of ended sessions', 'it could not be read often enough');
    const isKnown = described?.value !== undefined && described.sentMs >= list.receivedMs;
    return isKnown ? observed(false) : unknown('the ended session could not be described any more');
  },
  'endpoint-before-ready': (evidence) => {
    const early = earlyEndpoints(evidence);
    const refused = early.filter((reading) => reading.refused !== undefined).length;
    if (early.length === 0) return missing(evidence, 'endpoint', 'no early request for an endpoint was answered');
    if (refused > 0 && refused < early.length) return unknown('it was refused and answered with empty texts');
    return observed(refused > 0 ? 'error' : 'empty');
  },
  'endpoint-refusal': (evidence) => {
    const early = earlyEndpoints(evidence);
    const codes = new Set(early.map(({ refused }) => codeOf(refused)));
    const [code] = codes;
    if (early.length === 0) return missing(evidence, 'endpoint', 'no early request for an endpoint was answered');
    if (codes.size > 1) return unknown(`it was answered in several ways: ${[...codes].join(', ')}`);
    return code === undefined ? unknown('it was answered with empty texts instead of an error') : observed(code);
  },
  'endpoint-from': (evidence, { values }) => {
    const [early = null, late = null] = values === 'duration' ? [] : values;
    const lag = lagOf(evidence);
    const first = firstEndpoint(evidence);
    const inEarly = evidence.seen.filter(({ value }) => value.nativeState === early);
    if (lag === undefined || first === undefined) return missing(evidence, 'endpoint', 'there was no endpoint');
    // A lagging description shows an earlier state. So a state that is seen after the answer and the lag already existed at the answer.
    if (inEarly.some(({ sentMs }) => sentMs >= first.receivedMs + lag.atMostMs)) return observed(early);
    const refused = missingEndpoints(evidence).at(-1);
    if (refused !== undefined && inEarly.some(({ receivedMs }) => receivedMs <= refused.sentMs)) return observed(late);
    return unknown(`the session was not seen in ${String(early)} at the right moment`);
  },
  'orphaned-calculation': ({ orphanState, failures }) =>
    orphanState === 'FAILED' || orphanState === 'CANCELED'
      ? observed(orphanState)
      : unknown(failures.get('a calculation') ?? 'no calculation was running when its session was terminated'),
  'describe-lag': (evidence) => {
    const lag = lagOf(evidence);
    return lag === undefined ? missing(evidence, 'describe', 'the session was never found') : asFinding(lag);
  },
  'list-lag': (evidence) => {
    const range = listLagOf(evidence);
    return range === undefined ? missing(evidence, 'list', 'no list has shown the session') : asFinding(range);
  },
  usage: (evidence) => {
    const { terminated, seen, endedDescribes } = evidence;
    if (!evidence.isWhole || terminated === undefined)
      return missing(evidence, 'describe', 'the session had no whole life');
    const live = seen.filter(({ value, sentMs }) => value.state === 'ready' && sentMs < terminated.sentMs);
    if (live.some(({ value }) => hasUsage(value))) return observed('always');
    const ended = endedDescribes.filter(({ value }) => value?.final === true);
    if (ended.some(({ value }) => hasUsage(value))) return observed('ended');
    if (ended.length < AGREEING_ANSWERS)
      return missing(evidence, 'describe', 'the ended session could not be described');
    return observed('never');
  },
  'started-phase': (evidence) =>
    phase(
      evidence,
      ({ nativeState }) => nativeState === 'STARTED',
      ({ nativeState }) => /^(IDLE|BUSY)$/.test(nativeState),
    ),
  'endpoint-lag': (evidence) =>
    phase(
      evidence,
      ({ nativeState, state }) => nativeState === 'ACTIVE' && state === 'creating',
      ({ state }) => state === 'ready',
    ),
  'active-after-terminate': (evidence) => {
    const { terminated, seen } = evidence;
    const lag = lagOf(evidence);
    if (!evidence.isWhole || terminated === undefined || lag === undefined)
      return missing(evidence, 'terminate', 'the session was not terminated');
    const later = seen.filter(({ sentMs }) => sentMs >= terminated.receivedMs);
    const next = later.find(({ value }) => isOver(value));
    if (next === undefined || next.value.state === 'failed') return unknown('its end by TerminateSession was not seen');
    const last = later.filter(({ value, sentMs }) => !isOver(value) && sentMs < next.sentMs).at(-1);
    const atLeastMs = last === undefined ? 0 : last.sentMs - terminated.receivedMs - lag.atMostMs;
    return measured(atLeastMs, next.receivedMs - terminated.sentMs - lag.atLeastMs);
  },
  'endpoint-token-lifetime': (evidence) => {
    const reading = firstEndpoint(evidence);
    const { expiresAtMs, serviceTimeMs, keys } = reading?.value ?? {};
    // EMR can give a user name and a password instead.
    if (reading === undefined || expiresAtMs === undefined || keys?.includes(TOKEN_KEY) !== true)
      return missing(evidence, 'endpoint', 'no token was issued');
    if (serviceTimeMs === undefined) return unknown('the answer has no time of the service');
    // The service writes its time, and perhaps the expiry, in whole seconds.
    const lifetimeMs = expiresAtMs - serviceTimeMs;
    return measured(lifetimeMs - 1_000, lifetimeMs + 1_000 + (reading.receivedMs - reading.sentMs));
  },
  retention: (evidence) => retention(evidence, lagOf(evidence)),
  'token-memory': tokenMemory,
  'expired-token': expiredToken,
  'endpoint-credentials': (evidence) => {
    const keys = firstEndpoint(evidence)?.value?.keys;
    if (keys === undefined) return missing(evidence, 'endpoint', 'there was no endpoint');
    if (!keys.includes('x-emr-password')) return observed('token');
    return observed(keys.includes(TOKEN_KEY) ? 'both' : 'username-password');
  },
  reasons: (evidence) => {
    // The reason of a failed session may be ours.
    const hasReason = evidence.seen.some(({ value }) => value.state !== 'failed' && value.reason !== undefined);
    if (hasReason) return observed('always');
    const ended = evidence.endedDescribes.filter(({ value }) => value?.final === true);
    return ended.length < AGREEING_ANSWERS
      ? missing(evidence, 'describe', 'the ended session could not be described')
      : observed('never');
  },
};

/** The one way in which a service has answered each time; unknown when the answers differ or are too few. */
function agreed<T>(
  evidence: Evidence,
  step: Step,
  readings: readonly Reading<T>[],
  valueOf: (answer: T) => string,
): Finding {
  const answers = new Set(
    readings.map((reading) => (reading.refused ? codeOf(reading.refused) : valueOf(reading.value))),
  );
  const [answer] = answers;
  if (answers.size > 1) return unknown(`it was answered in several ways: ${[...answers].join(', ')}`);
  if (readings.length < AGREEING_ANSWERS || answer === undefined)
    return missing(evidence, step, 'it was not answered often enough');
  return observed(answer);
}

/** The answers without an endpoint about a session that its service knew and that had one later. */
function missingEndpoints(evidence: Evidence): readonly Reading<SeenEndpoint>[] {
  const [found] = evidence.seen;
  // Without an endpoint later on, a refusal says that there never is one.
  if (found === undefined || !evidence.isWhole || firstEndpoint(evidence) === undefined) return [];
  return evidence.endpoints.filter(({ sentMs, value }) => sentMs >= found.receivedMs && value?.isThere !== true);
}

/** Those of them that came before the session was ready. */
function earlyEndpoints(evidence: Evidence): readonly Reading<SeenEndpoint>[] {
  const ready = evidence.seen.find(({ value }) => value.state === 'ready');
  return missingEndpoints(evidence).filter(({ sentMs }) => ready !== undefined && sentMs < ready.sentMs);
}

function firstEndpoint({ endpoints }: Evidence): Reading<SeenEndpoint> | undefined {
  return endpoints.find(({ value }) => value?.isThere === true);
}

function lagOf({ started, describes }: Evidence): Range | undefined {
  return started && visibilityRange(started, describes, ({ value }) => value !== undefined);
}

function listLagOf({ started, lists }: Evidence): Range | undefined {
  return started && visibilityRange(started, lists, ({ value }) => value === true, ABSENT_LISTS);
}

function phase(
  evidence: Evidence,
  ...states: Parameters<typeof phaseRange> extends [unknown, unknown, ...infer Rest] ? Rest : never
): Finding {
  const { started, seen } = evidence;
  const range = started && evidence.isWhole ? phaseRange(started, seen, ...states) : undefined;
  return range === undefined
    ? missing(evidence, 'describe', 'the session was not seen from its start until it was ready')
    : asFinding(range);
}

function asFinding({ atLeastMs, atMostMs }: Range): Finding {
  return measured(atLeastMs, atMostMs);
}

/** Why a point is unknown: what kept the step from being answered, else the given reason. */
function missing({ failures }: Evidence, step: Step, why: string): Finding {
  return unknown(failures.get(step) ?? failures.get('start') ?? why);
}

function codeOf(refused: SessionError | undefined): string | undefined {
  return refused === undefined ? undefined : (refused.native?.code ?? refused.kind);
}

function lastRefused(readings: readonly (Interval & { readonly refused?: SessionError | undefined })[]): boolean {
  return SessionError.is(readings.at(-1)?.refused);
}

/** Whether a service reports what a session has used. An estimate is ours. */
function hasUsage(seen: { readonly details: { readonly usage?: Parameters<typeof unitsOf>[0] } } | undefined): boolean {
  const usage = seen?.details.usage;
  return usage !== undefined && usage.basis !== 'estimated' && unitsOf(usage).length > 0;
}
