import type { Observation } from '../contract/observation.ts';
import type { ConnectEndpoint, SessionProvider } from '../contract/session-provider.ts';
import { SessionError } from '../contract/session-error.ts';
import type { StartRequest } from '../contract/start-request.ts';
import { AGREEING_ANSWERS, isOver, type Evidence, type Interval, type Reading, type Step } from './evidence.ts';
import { EXPIRY_LIMIT_MS, WATCH_MS, type LongPlan } from './long-plan.ts';
import type { ObservedSession } from './observe-session.ts';
import { ProbeCalls } from './probe-run.ts';
import { statusOfCall } from './status-of-call.ts';

/** How long a start may take, and how long after its timeout an idle session may end, milliseconds. */
const READY_LIMIT_MS = 10 * 60_000;
const LATE_END_MS = 15 * 60_000;
/** Two readings are so much of the time that has passed apart: a time is measured as exactly, relatively. */
const SHARE = 0.05;
/** How often a session is described that only waits, milliseconds. */
const READING_MS = 60_000;
/** Clocks of services and of this machine differ, milliseconds. */
const EXPIRY_MARGIN_MS = 10_000;

/** The sessions of `--long`. */
export interface LongSessions extends Omit<ObservedSession, 'request'> {
  readonly plan: LongPlan;
  readonly provider: SessionProvider;
  /** A start with a new token. @param runsUntilExpiry - whether it outlives an endpoint token */
  readonly request: (runsUntilExpiry: boolean) => StartRequest;
}

/** Watches what takes long. Adds everything to the evidence. @throws SessionError `aborted`, `quota-exceeded` */
export async function observeLong(sessions: LongSessions, evidence: Evidence): Promise<void> {
  const { awaitsExpiry, watchesEnd } = sessions.plan;
  if (awaitsExpiry) await new LongRun(sessions, evidence, 'an expired token').untilExpiry();
  if (watchesEnd) await new LongRun(sessions, evidence, 'an idle session').untilForgotten();
}

class LongRun {
  readonly #sessions: LongSessions;
  readonly #evidence: Evidence;
  readonly #calls: ProbeCalls;
  readonly #step: Step;
  #id = '';

  constructor(sessions: LongSessions, evidence: Evidence, step: Step) {
    this.#sessions = sessions;
    this.#evidence = evidence;
    this.#calls = new ProbeCalls(sessions, evidence);
    this.#step = step;
  }

  /** Leaves a session idle until it ends, and watches its record and its token. */
  async untilForgotten(): Promise<void> {
    const { request: toRequest, plan, probe, onStarted } = this.#sessions;
    const { long } = this.#evidence;
    const request = toRequest(false);
    const started = await this.#start(request);
    const ready = started && (await this.#until(({ state }) => state === 'ready', READY_LIMIT_MS));
    if (started === undefined || ready === undefined) return;
    long.started = started;
    const { idleTimeoutMs: askedMs } = request;
    const end = await this.#until(({ state }) => state === 'terminated', askedMs + LATE_END_MS);
    if (end === undefined) return;
    const atLeastMs = Math.max(0, end.sentMs - ready.receivedMs);
    long.idle = { askedMs, tookMs: { atLeastMs, atMostMs: end.receivedMs - ready.sentMs } };
    const final = await this.#until((seen) => seen.final && seen.state === 'terminated', READY_LIMIT_MS);
    if (final === undefined) return;
    // It has ended after it began to end, and before it was seen to have ended.
    long.ended = { sentMs: end.sentMs, receivedMs: final.receivedMs };
    const beganMs = this.#calls.nowMs;
    let asks = plan.repeatsStart;
    while (this.#calls.nowMs - beganMs < WATCH_MS) {
      const isGone = long.records.at(-1)?.value === false;
      if (!isGone) await this.#readRecord();
      if (asks) {
        const reading = await this.#calls.ask('a late start', (call) => probe.start(request, call));
        if (reading?.value !== undefined) {
          const { value, ...interval } = reading;
          long.repeats.push({ ...interval, value: value === this.#id });
          asks = value === this.#id;
          onStarted(value);
          if (!asks) await this.#endOther(value);
        } else {
          if (reading?.refused) this.#evidence.failures.set('a late start', reading.refused.message);
          asks = false;
        }
      }
      if (isGone && !asks) return;
      await this.#pauseSince(beganMs);
    }
  }

  /** Keeps a session until its endpoint token has expired, and calls its server with that token. */
  async untilExpiry(): Promise<void> {
    const { provider, handleOf, request: toRequest, probe } = this.#sessions;
    const started = await this.#start(toRequest(true));
    if (started === undefined || (await this.#until(({ state }) => state === 'ready', READY_LIMIT_MS)) === undefined)
      return;
    const reading = await this.#calls.ask(this.#step, (call) => {
      if (provider.endpoint === undefined)
        throw new SessionError('unsupported', 'the sessions have no endpoint', { operation: 'verify' });
      return provider.endpoint(handleOf(this.#id), call);
    });
    if (reading?.refused) this.#fail(reading.refused.message);
    if (reading?.value === undefined) return;
    await this.#callExpired(reading.value);
    await this.#calls.ask('terminate', (call) => probe.terminate(this.#id, call));
  }

  async #callExpired(endpoint: ConnectEndpoint): Promise<void> {
    const { clock } = this.#sessions;
    const { expiredStatuses } = this.#evidence.long;
    const leftMs = endpoint.expiresAtMs - clock.nowMs();
    if (leftMs <= 0) {
      this.#fail('the endpoint has no token that expires');
      return;
    }
    if (leftMs > EXPIRY_LIMIT_MS) {
      this.#fail(`the token lasts longer than ${EXPIRY_LIMIT_MS / 60_000} min`);
      return;
    }
    const endMs = this.#calls.nowMs + leftMs + EXPIRY_MARGIN_MS;
    // A describe shows what the session costs, and its end.
    while ((await this.#isLive()) && this.#calls.nowMs < endMs) {
      await this.#calls.pause(Math.min(READING_MS, endMs - this.#calls.nowMs));
    }
    for (let asked = 0; asked < AGREEING_ANSWERS; asked++) {
      const status = await statusOfCall(endpoint);
      if (status !== undefined) expiredStatuses.push(status);
    }
    // The server of an ended session refuses calls for another reason.
    if (await this.#isLive()) return;
    expiredStatuses.length = 0;
    this.#fail('the session ended before its endpoint token');
  }

  async #isLive(): Promise<boolean> {
    const seen = (await this.#describe())?.value;
    return seen !== undefined && !isOver(seen);
  }

  /** Ends the session that a repeated start has started, and adds its cost. */
  async #endOther(id: string): Promise<void> {
    const { probe, onSeen } = this.#sessions;
    await this.#calls.ask('terminate', (call) => probe.terminate(id, call));
    const reading = await this.#calls.ask('describe', (call) => probe.describe(id, call));
    if (reading?.value !== undefined) onSeen?.(reading.value);
  }

  async #start(request: StartRequest): Promise<Interval | undefined> {
    const reading = await this.#calls.ask(this.#step, (call) => this.#sessions.probe.start(request, call));
    if (reading?.refused) this.#fail(reading.refused.message);
    if (reading?.value === undefined) return undefined;
    this.#id = reading.value;
    this.#sessions.onStarted(reading.value);
    return { sentMs: reading.firstSentMs, receivedMs: reading.receivedMs };
  }

  /** Describes the session until it is so. @returns from the last reading before to the first one after */
  async #until(isSo: (seen: Observation) => boolean, limitMs: number): Promise<Interval | undefined> {
    const beganMs = this.#calls.nowMs;
    let beforeMs = beganMs;
    while (this.#calls.nowMs - beganMs < limitMs) {
      const reading = await this.#describe();
      if (reading === undefined) return undefined;
      if (reading.value?.state !== undefined) {
        if (isSo(reading.value)) return { sentMs: beforeMs, receivedMs: reading.receivedMs };
        if (reading.value.state === 'failed' || (reading.value.final && isOver(reading.value))) {
          this.#fail(`the session ended: ${reading.value.reason ?? reading.value.nativeState}`);
          return undefined;
        }
        beforeMs = reading.sentMs;
      }
      await this.#pauseSince(beganMs);
    }
    this.#fail(`the session did not change within ${Math.ceil(limitMs / 60_000)} min`);
    return undefined;
  }

  /** A record that is gone has to be missing twice. */
  async #readRecord(): Promise<void> {
    const { records } = this.#evidence.long;
    for (let readings = 0; readings < AGREEING_ANSWERS; readings++) {
      const reading = await this.#describe();
      if (reading === undefined) return;
      const { sentMs, receivedMs } = reading;
      // Athena and EMR call an unknown session an invalid request.
      const isThere = reading.refused?.kind !== 'not-found' && reading.refused?.kind !== 'invalid-request';
      records.push({ sentMs, receivedMs, value: isThere });
      if (isThere) return;
    }
  }

  async #describe(): Promise<Reading<Observation> | undefined> {
    const reading = await this.#calls.ask(this.#step, (call) => this.#sessions.probe.describe(this.#id, call));
    if (reading?.value !== undefined) this.#sessions.onSeen?.(reading.value);
    return reading;
  }

  #pauseSince(beganMs: number): Promise<void> {
    return this.#calls.pause((this.#calls.nowMs - beganMs) * SHARE);
  }

  #fail(why: string): void {
    this.#evidence.failures.set(this.#step, why);
  }
}
