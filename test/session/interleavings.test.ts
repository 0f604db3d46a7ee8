import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SessionError } from '../../src/contract/session-error.ts';
import type { ProviderOperation } from '../../src/contract/operations.ts';
import { isLegalMove, type StatePoint } from '../../src/contract/session-state.ts';
import type { Session } from '../../src/session/session.ts';
import type { ScriptedFault } from '../../src/testing/scripted-faults.ts';
import { SeededRandom } from '../../src/testing/seeded-random.ts';
import { Scene, type SceneProcess } from './scene.ts';

const MINUTE_MS = 60_000;
const IDLE_TIMEOUT_MS = 60 * MINUTE_MS;
/** A degraded session is never idle: only this ends it where nobody does. */
const MAX_LIFETIME_MS = 90 * MINUTE_MS;

/** What a run does, step by step; `which` picks one of the sessions or signals there are. */
type Step =
  | {
      readonly do: 'start';
      readonly by: 0 | 1;
      readonly key?: string | undefined;
      readonly restart: boolean;
      readonly onAbort: 'terminate' | 'detach';
    }
  | { readonly do: 'attach'; readonly by: 0 | 1; readonly key?: string | undefined; readonly which: number }
  | { readonly do: 'refresh' | 'whenReady' | 'sql' | 'terminate' | 'end' | 'detach' | 'close'; readonly which: number }
  | { readonly do: 'abort' | 'break' | 'degrade'; readonly which: number }
  | { readonly do: 'fault'; readonly on: ProviderOperation; readonly fault: ScriptedFault }
  | { readonly do: 'advance'; readonly ms: number };

/** How often each property runs. */
const RUNS = Number(process.env['ANYSESSION_INTERLEAVINGS'] ?? 500);
/** Per run, milliseconds. */
const RUN_TIMEOUT_MS = 240;

const key = fc.constantFrom(undefined, undefined, 'nightly', 'weekly');
const by = fc.constantFrom<0 | 1>(0, 1);
const which = fc.nat(7);
const steps = (faults: fc.Arbitrary<{ on: ProviderOperation; fault: ScriptedFault }>): fc.Arbitrary<Step> =>
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('start' as const),
        by,
        key,
        restart: fc.boolean(),
        onAbort: fc.constantFrom('terminate' as const, 'terminate' as const, 'detach' as const),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('attach' as const), by, key, which }) },
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constantFrom(
          'refresh' as const,
          'whenReady' as const,
          'sql' as const,
          'terminate' as const,
          'end' as const,
          'detach' as const,
          'close' as const,
        ),
        which,
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constantFrom('abort' as const, 'abort' as const, 'break' as const, 'degrade' as const),
        which,
      }),
    },
    { weight: 3, arbitrary: faults.map((fault) => ({ do: 'fault' as const, ...fault })) },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('advance' as const),
        ms: fc.constantFrom(0, 1, 20, 400, 3_000, 20_000, 90_000),
      }),
    },
  );

/** Two processes over one service, all that they hold, and what went wrong with any of it. */
class Run {
  readonly scene = new Scene({
    latencyMs: 20,
    random: new SeededRandom(5),
    takesWorkWhileBusy: true,
    capabilities: { reportsBusy: false, maxLiveSessions: 8 },
  });
  readonly processes: readonly [SceneProcess, SceneProcess] = [this.scene.process(), this.scene.process()];
  readonly #sessions: Session[] = [];
  readonly #signals: AbortController[] = [];
  readonly #under: Promise<unknown>[] = [];
  /** What may live on: given up on purpose. */
  readonly detachedIds = new Set<string>();
  readonly complaints: string[] = [];
  /** Whether the session of a start may have been left to itself on purpose. */
  leftAlone = false;
  startsWithoutKey = 0;

  async take(step: Step): Promise<void> {
    const { service, clock } = this.scene;
    switch (step.do) {
      case 'advance':
        return clock.advance(step.ms);
      case 'fault':
        service.faults.add(step.on, step.fault);
        return;
      case 'start':
        this.#start(step);
        return;
      case 'attach': {
        const target = step.key === undefined ? this.#session(step.which)?.handle : { key: step.key };
        if (target) this.#watch(this.processes[step.by].sessions.attach(target).then((session) => this.#hold(session)));
        return;
      }
      case 'abort':
        this.#signals[step.which % Math.max(1, this.#signals.length)]?.abort();
        return;
      case 'break':
      case 'degrade': {
        const id = this.#session(step.which)?.handle.id;
        // What is stopping can still break, but not live on.
        if (id === undefined || (step.do === 'degrade' && service.session(id).state === 'STOPPING')) return;
        service.breakSession(id, 'broken by the test', step.do === 'break' ? 'final' : 'degraded');
        return;
      }
      default: {
        const session = this.#session(step.which);
        if (session) this.#watch(this.#use(session, step.do));
      }
    }
  }

  /** Closes both processes and lets everything that is under way come to its end; failures of closing are no surprise. */
  async close(): Promise<void> {
    const closings = this.processes.map(({ sessions }) => sessions.close());
    for (const closing of closings) this.#watch(closing);
    await this.scene.settled(Promise.allSettled([...closings, ...this.#under]));
  }

  #session(at: number): Session | undefined {
    return this.#sessions[at % Math.max(1, this.#sessions.length)];
  }

  #start({ by: at, key: name, restart, onAbort }: Step & { readonly do: 'start' }): void {
    const controller = new AbortController();
    this.#signals.push(controller);
    const keyed = name === undefined ? {} : { key: name, restart };
    if (name === undefined) this.startsWithoutKey += 1;
    if (onAbort === 'detach') controller.signal.addEventListener('abort', () => (this.leftAlone = true));
    const options = {
      ...keyed,
      onAbort,
      signal: controller.signal,
      idleTimeoutMs: IDLE_TIMEOUT_MS,
      maxLifetimeMs: MAX_LIFETIME_MS,
    };
    this.#watch(this.processes[at].sessions.start(options).then((session) => this.#hold(session)));
  }

  async #use(session: Session, verb: Step['do']): Promise<void> {
    const signal = this.#signals.at(-1)?.signal;
    if (verb === 'refresh') await session.refresh();
    if (verb === 'whenReady') await session.whenReady({ ...(signal && { signal }), timeoutMs: 5_000 });
    if (verb === 'sql') await (await session.sql('SELECT 1', { timeoutMs: 10_000 })).rows();
    if (verb === 'terminate') await session.terminate();
    if (verb === 'end') await session.terminate({ wait: true });
    if (verb === 'close') await session.close();
    if (verb === 'detach') {
      session.detach();
      if (session.owned) this.detachedIds.add(session.handle.id);
    }
  }

  #hold(session: Session): void {
    this.#sessions.push(session);
    let last: StatePoint = session.status;
    session.on('state', ({ from, to, status }) => {
      const move = `${last.state} → ${to}${status.final ? '.' : ''}`;
      if (from !== last.state || to !== status.state) this.complaints.push(`a move was left out before ${move}`);
      if (!isLegalMove(last, status)) this.complaints.push(`illegal move ${move}`);
      last = { state: status.state, final: status.final };
    });
  }

  #watch(work: Promise<unknown>): void {
    this.#under.push(
      work.catch((error: unknown) => {
        const errors: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
        for (const each of errors)
          if (!SessionError.is(each) || each.kind === 'internal') this.complaints.push(String(each));
      }),
    );
  }
}

/** What must hold after every run, whatever happened in it. */
function expectOrder({ scene, processes, complaints, startsWithoutKey }: Run): void {
  const { started } = scene.service.oracle;
  expect(complaints).toEqual([]);
  expect(new Set(started.map(({ token }) => token)).size).toBe(started.length);
  expect(started.filter(({ token }) => token.endsWith('-0')).length).toBeLessThanOrEqual(startsWithoutKey);
  for (const { tracer } of processes) {
    expect(tracer.openSpans).toEqual([]);
    expect(tracer.spans.filter(({ endCount }) => endCount !== 1)).toEqual([]);
  }
}

/** Runs a plan whose faults pass. No session may live on but those left alone on purpose. */
async function endsAll(plan: readonly Step[]): Promise<void> {
  const run = new Run();
  const { clock, service } = run.scene;
  // Fewer than the attempts of a call, and than the looks after a lost answer: nothing runs out of them.
  const faults = plan.filter((step) => step.do === 'fault').slice(3);
  for (const step of plan) if (!faults.includes(step as never)) await run.take(step);
  await run.close();
  await clock.advance(10_000);
  const allowed = new Set(run.detachedIds);
  const live = service.oracle.live().filter((id) => !allowed.has(id));
  if (!run.leftAlone) expect(live).toEqual([]);
  expectOrder(run);
  service.faults.clear();
  await clock.advance(MAX_LIFETIME_MS + 10_000);
  expect(service.oracle.live()).toEqual([]);
  expect(clock.pendingTimers).toBe(0);
}

describe('any interleaving', () => {
  // Found by the property below: seed -611903262, path 340:2:0:0:0:1:4:4:9:14:17:18:22:22.
  it.each([false, true])(
    'C-111 a keyed start whose answer is lost holds or ends its session when that degrades before the retry (restart: %s)',
    (restart) =>
      endsAll([
        { do: 'start', by: 0, key: 'weekly', restart, onAbort: 'terminate' },
        { do: 'fault', on: 'start', fault: { kind: 'unavailable', effect: 'after' } },
        { do: 'attach', by: 0, key: 'weekly', which: 0 },
        { do: 'advance', ms: 20 },
        { do: 'degrade', which: 0 },
      ]),
  );

  it(
    'C-111 C-112 C-113 C-114 with faults that pass ends with no session but those left alone on purpose',
    async () => {
      const passing = fc.record({
        on: fc.constantFrom<ProviderOperation>('start', 'describe', 'listPage', 'terminate', 'execute'),
        fault: fc.constantFrom<ScriptedFault>(
          { kind: 'throttled' },
          { kind: 'throttled', retryAfterMs: 2_000 },
          { kind: 'unavailable', effect: 'before' },
          { kind: 'unavailable', effect: 'after' },
          { kind: 'slow', delayMs: 5_000, effect: 'before' },
          { kind: 'slow', delayMs: 5_000, effect: 'after' },
          { kind: 'lost-answer' },
        ),
      });
      const brokenStart = fc.constant({
        on: 'start',
        fault: { kind: 'broken-start', reason: 'no such role' },
      } as const);
      await fc.assert(
        fc.asyncProperty(
          fc.array(steps(fc.oneof(passing, passing, brokenStart)), { maxLength: 24, size: 'max' }),
          endsAll,
        ),
        { numRuns: RUNS },
      );
    },
    RUNS * RUN_TIMEOUT_MS,
  );

  it(
    'C-111 C-114 with every fault there is ends in order, and timeouts end what close could not',
    async () => {
      const random = fc.record({ seed: fc.nat(), rate: fc.constantFrom(0.1, 0.4, 0.9) });
      const harsh = fc.record({
        on: fc.constantFrom<ProviderOperation>('start', 'describe', 'listPage', 'terminate', 'execute'),
        fault: fc.constantFrom<ScriptedFault>(
          { kind: 'refused', code: 'Denied', httpStatus: 403 },
          { kind: 'refused', code: 'NobodyKnows', httpStatus: 418 },
          { kind: 'refused', code: 'QuotaExceeded', httpStatus: 402 },
          { kind: 'refused', code: 'NoSuchSession', httpStatus: 404 },
          { kind: 'slow', delayMs: 200_000, effect: 'after' },
          { kind: 'lost-answer' },
          { kind: 'throttled', retryAfterMs: 70_000 },
        ),
      });
      await fc.assert(
        fc.asyncProperty(
          fc.array(steps(harsh), { maxLength: 24, size: 'max' }),
          random,
          async (plan, { seed, rate }) => {
            const run = new Run();
            const { clock, service } = run.scene;
            service.faults.setRandom({
              random: new SeededRandom(seed),
              rate,
              faults: [
                { kind: 'throttled' },
                { kind: 'unavailable', effect: 'before' },
                { kind: 'unavailable', effect: 'after' },
                { kind: 'slow', delayMs: 3_000, effect: 'after' },
                { kind: 'lost-answer' },
              ],
            });
            for (const step of plan) await run.take(step);
            await run.close();
            service.faults.clear();
            await clock.advance(MAX_LIFETIME_MS + 10_000);
            expectOrder(run);
            expect(service.oracle.live()).toEqual([]);
            expect(clock.pendingTimers).toBe(0);
          },
        ),
        { numRuns: RUNS },
      );
    },
    RUNS * RUN_TIMEOUT_MS,
  );
});
