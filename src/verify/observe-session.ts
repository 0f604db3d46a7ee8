import type { CallContext } from '../contract/call-context.ts';
import type { Observation } from '../contract/observation.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { SessionProvider } from '../contract/session-provider.ts';
import { SessionError } from '../contract/session-error.ts';
import type { StartRequest } from '../contract/start-request.ts';
import { AGREEING_ANSWERS, isOver, type Evidence, type Reading } from './evidence.ts';
import { ABSENT_LISTS } from './observers.ts';
import { differing, ProbeCalls, type ProbeRunParts } from './probe-run.ts';

/** How long a start may take, milliseconds; as long as `whenReady` waits by default. */
const READY_LIMIT_MS = 10 * 60_000;
/** How long a list may take to show a session, and a session to end, milliseconds. */
const VISIBLE_LIMIT_MS = 60_000;
/** How often a ready session is described before it is terminated. */
const READY_READINGS = 3;
/** How often a session that is not listed is listed in one reading: with those of the reading before they are enough. */
const LISTS_PER_READING = 3;
/** Code that is still running when its session is terminated. */
const LONG_CODE = 'import time\ntime.sleep(300)';

/** The session that is probed. */
export interface ObservedSession extends ProbeRunParts {
  /** The provider with its layers, for what is no undocumented point. */
  readonly provider: SessionProvider;
  readonly request: StartRequest;
  readonly handleOf: (id: string) => SessionHandle;
  /** Called with the id of each session that was started. */
  readonly onStarted: (id: string) => void;
  /** Called with each description of the session; what it throws ends the probes. */
  readonly onSeen?: (seen: Observation) => void;
}

/**
 * Starts one session, watches it until it is ready, terminates it and watches its end. Adds everything to the evidence, also when it fails.
 * @throws SessionError `aborted`, `quota-exceeded`, and what `onSeen` throws. The caller ends the sessions.
 */
export async function observeSession(session: ObservedSession, evidence: Evidence): Promise<void> {
  const calls = new ProbeCalls(session, evidence);
  const { probe, request, onStarted } = session;
  const start = await calls.ask('start', (call) => probe.start(request, call));
  if (start?.refused) evidence.failures.set('start', start.refused.message);
  if (start?.value === undefined) return;
  const id = start.value;
  onStarted(id);
  evidence.sessionId = id;
  evidence.started = { sentMs: start.firstSentMs, receivedMs: start.receivedMs };
  const life = new ObservedLife(session, calls, evidence, id);
  if (!(await life.untilReady())) return;
  await life.repeatStart();
  await life.whileReady();
  await life.terminate();
  await life.afterEnd();
}

/** One session from its start to after its end. */
class ObservedLife {
  readonly #session: ObservedSession;
  readonly #calls: ProbeCalls;
  readonly #evidence: Evidence;
  readonly #id: string;

  constructor(session: ObservedSession, calls: ProbeCalls, evidence: Evidence, id: string) {
    this.#session = session;
    this.#calls = calls;
    this.#evidence = evidence;
    this.#id = id;
  }

  /** @returns whether the session became ready. */
  async untilReady(): Promise<boolean> {
    const endMs = this.#calls.nowMs + READY_LIMIT_MS;
    for (;;) {
      const seen = await this.#describe();
      if (this.#evidence.failures.has('describe')) return false;
      await this.#list();
      await this.#endpoint();
      if (seen !== undefined && isOver(seen)) {
        this.#evidence.failures.set(
          'describe',
          `the session ended while it started: ${seen.reason ?? seen.nativeState}`,
        );
        return false;
      }
      // EMR Serverless may report STARTED for a while before IDLE.
      if (seen?.state === 'ready' && seen.nativeState !== 'STARTED') return true;
      if (this.#calls.nowMs > endMs) {
        this.#evidence.failures.set('describe', 'the session was not ready after 10 min');
        return false;
      }
      await this.#calls.pause();
    }
  }

  /** Repeats the start as it was, and with another parameter. */
  async repeatStart(): Promise<void> {
    const { probe, request } = this.#session;
    const { repeats, clashes } = this.#evidence;
    const other = differing(request);
    const starts: readonly (readonly [Reading<string>[], (call: CallContext) => Promise<string>])[] = [
      [repeats, (call) => probe.start(request, call)],
      [clashes, (call) => probe.startAlone?.(other, call) ?? probe.start(other, call)],
    ];
    for (const [readings, start] of starts) {
      while (readings.length < AGREEING_ANSWERS) {
        const reading = await this.#calls.ask('a second start', start);
        if (reading === undefined) break;
        if (reading.value !== undefined) this.#session.onStarted(reading.value);
        readings.push(reading);
      }
    }
  }

  async whileReady(): Promise<void> {
    const endMs = this.#calls.nowMs + VISIBLE_LIMIT_MS;
    for (let readings = 1; readings <= READY_READINGS || (!this.#isListed && this.#calls.nowMs < endMs); readings++) {
      if (readings <= READY_READINGS) await this.#describe();
      await this.#list();
      await this.#endpoint();
      await this.#calls.pause();
      if (this.#evidence.failures.has('list')) break;
    }
  }

  /** Terminates the session while code runs in it, where the service runs code, and watches its end. */
  async terminate(): Promise<void> {
    const { probe, provider } = this.#session;
    const orphan = provider.capabilities.calculations ? await this.#startCalculation() : undefined;
    const reading = await this.#calls.ask('terminate', (call) => probe.terminate(this.#id, call));
    if (reading?.refused) this.#evidence.failures.set('terminate', reading.refused.message);
    if (reading === undefined || reading.refused) return;
    this.#evidence.terminated = { sentMs: reading.firstSentMs, receivedMs: reading.receivedMs };
    const endMs = this.#calls.nowMs + VISIBLE_LIMIT_MS;
    let seen = await this.#describe();
    while (seen?.final !== true && this.#calls.nowMs < endMs && !this.#evidence.failures.has('describe')) {
      await this.#calls.pause();
      seen = await this.#describe();
    }
    if (orphan !== undefined) await this.#readOrphan(orphan);
  }

  /** Describes and terminates it again, and searches the lists for it. */
  async afterEnd(): Promise<void> {
    const { probe } = this.#session;
    const { describes, endedDescribes, endedTerminates, endedLists } = this.#evidence;
    if (describes.at(-1)?.value?.final !== true) return;
    for (let round = 0; round <= AGREEING_ANSWERS; round++) {
      if ((await this.#describeInto(endedDescribes)) === undefined || round === AGREEING_ANSWERS) break;
      const reading = await this.#calls.ask('terminate', (call) => probe.terminate(this.#id, call));
      if (reading !== undefined) endedTerminates.push(reading);
    }
    if (probe.listEnded === undefined || !(await this.#untilUnlisted())) return;
    while (endedLists.length < ABSENT_LISTS) {
      const reading = await this.#calls.ask(
        'the list of ended sessions',
        async (call) => (await probe.listEnded?.(call)) ?? [],
      );
      if (reading?.value === undefined) return;
      const { value, ...interval } = reading;
      endedLists.push({ ...interval, value: value.includes(this.#id) });
      if (value.includes(this.#id)) return;
      await this.#calls.pause();
    }
    // A record that is gone is in no list.
    await this.#describeInto(endedDescribes);
  }

  get #isListed(): boolean {
    return this.#evidence.lists.some(({ value }) => value === true);
  }

  /** Waits until the list of live sessions does not have it any more: then a list has caught up with its end. */
  async #untilUnlisted(): Promise<boolean> {
    const endMs = this.#calls.nowMs + VISIBLE_LIMIT_MS;
    let absent = 0;
    while (this.#isListed && absent < AGREEING_ANSWERS && this.#calls.nowMs < endMs) {
      const reading = await this.#calls.ask('list', (call) => this.#session.probe.list(call));
      if (reading?.value === undefined) return false;
      absent = reading.value.some(({ handle }) => handle.id === this.#id) ? 0 : absent + 1;
      await this.#calls.pause();
    }
    return absent === AGREEING_ANSWERS;
  }

  async #describe(): Promise<Observation | undefined> {
    return (await this.#describeInto(this.#evidence.describes))?.value;
  }

  async #describeInto(readings: Reading<Observation>[]): Promise<Reading<Observation> | undefined> {
    const reading = await this.#calls.ask('describe', (call) => this.#session.probe.describe(this.#id, call));
    if (reading !== undefined) readings.push(reading);
    if (reading?.value !== undefined) this.#session.onSeen?.(reading.value);
    return reading;
  }

  async #list(): Promise<void> {
    if (this.#isListed || this.#evidence.failures.has('list')) return;
    // A page that is empty by mistake would pass for a delay: several lists without the session have to agree.
    for (let lists = 0; lists < LISTS_PER_READING; lists++) {
      const reading = await this.#calls.ask('list', (call) => this.#session.probe.list(call));
      if (reading?.value === undefined) return;
      const { value, ...interval } = reading;
      const isListed = value.some(({ handle }) => handle.id === this.#id);
      this.#evidence.lists.push({ ...interval, value: isListed });
      if (isListed) return;
    }
  }

  async #endpoint(): Promise<void> {
    const { probe } = this.#session;
    const { endpoints, failures } = this.#evidence;
    if (probe.endpoint === undefined || failures.has('endpoint')) return;
    if (endpoints.some(({ value }) => value?.isThere === true)) return;
    const reading = await this.#calls.ask(
      'endpoint',
      (call) => probe.endpoint?.(this.#id, call) ?? Promise.reject(new Error()),
    );
    if (reading !== undefined) endpoints.push(reading);
  }

  async #startCalculation(): Promise<string | undefined> {
    const { provider, handleOf, request } = this.#session;
    const work = { token: `${request.token}-code`, code: LONG_CODE };
    const reading = await this.#calls.ask('a calculation', (call) => {
      const calculations = provider.calculations;
      if (calculations === undefined) throw new SessionError('unsupported', 'no calculations', { operation: 'verify' });
      return calculations.start(handleOf(this.#id), work, call);
    });
    if (reading?.refused) this.#evidence.failures.set('a calculation', reading.refused.message);
    return reading?.value?.id;
  }

  async #readOrphan(calculation: string): Promise<void> {
    const { provider, handleOf } = this.#session;
    const endMs = this.#calls.nowMs + VISIBLE_LIMIT_MS;
    while (this.#calls.nowMs < endMs) {
      const reading = await this.#calls.ask('a calculation', async (call) =>
        provider.calculations?.describe(handleOf(this.#id), calculation, call),
      );
      if (reading === undefined) return;
      const { state, nativeState } = reading.value ?? {};
      if (state === 'failed' || state === 'cancelled' || state === 'succeeded') {
        this.#evidence.orphanState = nativeState;
        return;
      }
      await this.#calls.pause();
    }
  }
}
