import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { RateBudget } from '../../src/watch/rate-budget.ts';
import { OPERATIONS, type Operation } from '../../src/contract/operations.ts';
import type { CallClass } from '../../src/contract/ports.ts';

const NEVER = new AbortController().signal;

/** Lets callers through a budget and notes who went when. */
class Callers {
  readonly clock = new VirtualClock({ monotonicStartMs: 0 });
  readonly budget: RateBudget;
  readonly gone: { readonly name: string; readonly atMs: number }[] = [];

  constructor(callsPerSecond: ConstructorParameters<typeof RateBudget>[1]) {
    this.budget = new RateBudget(this.clock, callsPerSecond);
  }

  call(
    name: string,
    {
      callClass = 'reads',
      operation = callClass === 'reads' ? 'describe' : 'start',
      signal = NEVER,
    }: { callClass?: CallClass; operation?: Operation; signal?: AbortSignal } = {},
  ) {
    const note = (): void => void this.gone.push({ name, atMs: this.clock.monotonicMs() });
    const waiting = this.budget.take(operation, callClass, { signal });
    if (waiting === undefined) note();
    return waiting?.then(note);
  }

  /** `name@time`, in the order in which they went. */
  get log(): readonly string[] {
    return this.gone.map(({ name, atMs }) => `${name}@${atMs}`);
  }
}

describe('RateBudget', () => {
  it('lets one second of calls through at once, for nothing, and then one an interval, in their order', async () => {
    const callers = new Callers({ reads: 4, writes: 1 });
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) void callers.call(name);
    expect(callers.log).toEqual(['a@0', 'b@0', 'c@0', 'd@0']);
    expect(callers.clock.pendingTimers).toBe(1);
    await callers.clock.advance(10_000);
    expect(callers.log.slice(4)).toEqual(['e@250', 'f@500', 'g@750']);
    expect(callers.clock.pendingTimers).toBe(0);
  });

  it('says how long a call would wait, behind those that wait and after a pause', async () => {
    const callers = new Callers({ reads: 4, writes: 1 });
    const { budget, clock } = callers;
    const delayMs = (): number => budget.delayMs('describe', 'reads');
    expect(delayMs()).toBe(0);
    for (const name of ['a', 'b', 'c', 'd']) void callers.call(name);
    expect(delayMs()).toBe(250);
    for (const name of ['e', 'f']) void callers.call(name);
    expect(delayMs()).toBe(750);
    await clock.advance(100);
    expect(delayMs()).toBe(650);
    budget.pause('describe', 5_000);
    expect([delayMs(), budget.delayMs('listPage', 'reads')]).toEqual([5_000, 650]);
    await clock.advance(60_000);
    expect(delayMs()).toBe(0);
  });

  it('counts reads and writes apart', async () => {
    const callers = new Callers({ reads: 1, writes: 2 });
    for (const name of ['r1', 'r2']) void callers.call(name);
    for (const name of ['w1', 'w2', 'w3']) void callers.call(name, { callClass: 'writes' });
    await callers.clock.advance(1_000);
    expect(callers.log).toEqual(['r1@0', 'w1@0', 'w2@0', 'w3@500', 'r2@1000']);
  });

  it('saves up one second of calls and no more', async () => {
    const callers = new Callers({ reads: 2, writes: 1 });
    await callers.clock.advance(60_000);
    for (const name of ['a', 'b', 'c']) void callers.call(name);
    await callers.clock.advance(1_000);
    expect(callers.log).toEqual(['a@60000', 'b@60000', 'c@60500']);
  });

  it('spaces out calls of which less than one a second is borne', async () => {
    const callers = new Callers({ reads: 0.5, writes: 1 });
    for (const name of ['a', 'b', 'c']) void callers.call(name);
    await callers.clock.advance(4_000);
    expect(callers.log).toEqual(['a@0', 'b@2000', 'c@4000']);
  });

  it('lets nobody overtake those who wait, even when the burst has come back meanwhile', async () => {
    const callers = new Callers({ reads: 1, writes: 1 });
    const aborts = ['b', 'c', 'd'].map((name) => ({ name, controller: new AbortController() }));
    void callers.call('a');
    for (const { name, controller } of aborts) callers.call(name, controller)?.catch(() => undefined);
    void callers.call('e');
    for (const { controller } of aborts) controller.abort();
    void callers.call('f');
    await callers.clock.advance(5_000);
    expect(callers.log).toEqual(['a@0', 'e@1000', 'f@2000']);
  });

  it('lets nobody overtake who comes in the very moment in which the next turn is due', async () => {
    const callers = new Callers({ reads: 1, writes: 1 });
    callers.clock.schedule(1_000, () => void callers.call('c'));
    void callers.call('a');
    void callers.call('b');
    await callers.clock.advance(2_000);
    expect(callers.log).toEqual(['a@0', 'b@1000', 'c@2000']);
  });

  it('C-104 an abort leaves the line at once: those behind move up, and no timer or listener stays', async () => {
    const callers = new Callers({ reads: 1, writes: 1 });
    const controller = new AbortController();
    void callers.call('a');
    const waiting = callers.call('b', controller);
    const reason = new Error('no longer needed');
    controller.abort(reason);
    await expect(waiting).rejects.toMatchObject({ kind: 'aborted', operation: 'wait', cause: reason });
    expect([callers.clock.pendingTimers, getEventListeners(controller.signal, 'abort')]).toEqual([0, []]);
    void callers.call('c');
    await callers.clock.advance(1_000);
    expect(callers.log).toEqual(['a@0', 'c@1000']);
  });

  it('C-104 lets nobody into the line whose signal has aborted', async () => {
    const callers = new Callers({ reads: 1, writes: 1 });
    void callers.call('a');
    await expect(callers.call('b', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      kind: 'aborted',
      operation: 'wait',
    });
    expect(callers.clock.pendingTimers).toBe(0);
  });

  it('leaves no listener on a signal whose turn has come', async () => {
    const callers = new Callers({ reads: 1, writes: 1 });
    const controller = new AbortController();
    void callers.call('a');
    void callers.call('b', controller);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
    await callers.clock.advance(1_000);
    expect([callers.log, getEventListeners(controller.signal, 'abort')]).toEqual([['a@0', 'b@1000'], []]);
  });

  it('C-103 a pause holds up the calls of its verb, also those that wait already, and ends in no burst', async () => {
    const callers = new Callers({ reads: 2, writes: 1 });
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) void callers.call(name);
    callers.budget.pause('describe', 3_000);
    await callers.clock.advance(2_999);
    expect(callers.log).toEqual(['a@0', 'b@0']);
    await callers.clock.advance(2_001);
    expect(callers.log.slice(2)).toEqual(['c@3000', 'd@3000', 'e@3500', 'f@4000']);
  });

  it('C-103 a pause of one verb holds up no other one, whether it came before or comes after', async () => {
    const callers = new Callers({ reads: 2, writes: 1 });
    callers.budget.pause('listPage', 60_000);
    void callers.call('list', { operation: 'listPage' });
    for (const name of ['a', 'b', 'c']) void callers.call(name);
    void callers.call('start', { callClass: 'writes' });
    // A call of the other verb that makes a second request.
    void callers.call('token', { callClass: 'writes', operation: 'describe' });
    await callers.clock.advance(2_000);
    expect([...callers.log].sort()).toEqual(['a@0', 'b@0', 'c@500', 'start@0', 'token@1000']);
    await callers.clock.advance(58_000);
    expect(callers.log.at(-1)).toBe('list@60000');
    expect(callers.clock.pendingTimers).toBe(0);
  });

  it.each(
    Object.entries(OPERATIONS).flatMap(([operation, { ends }]) => (ends === true ? [operation as Operation] : [])),
  )('no pause delays %s, and it waits for no start', async (operation) => {
    const callers = new Callers({ reads: 1, writes: 1 });
    callers.budget.pause(operation, 60_000);
    for (const name of ['a', 'b', 'c']) void callers.call(name, { callClass: 'writes' });
    void callers.call('end', { callClass: 'writes', operation });
    await callers.clock.advance(3_000);
    expect(callers.log).toEqual(['a@0', 'end@1000', 'b@2000', 'c@3000']);
  });

  it('spaces many calls that end something, but none waits longer than 5 s', async () => {
    const callers = new Callers({ reads: 1, writes: 1 });
    for (let end = 0; end < 9; end++) void callers.call(`e${end}`, { callClass: 'writes', operation: 'terminate' });
    void callers.call('start', { callClass: 'writes' });
    await callers.clock.advance(60_000);
    const ends = ['e0@0', 'e1@1000', 'e2@2000', 'e3@3000', 'e4@4000', 'e5@5000', 'e6@5000', 'e7@5000', 'e8@5000'];
    // The rate is made up for by those behind.
    expect(callers.log).toEqual([...ends, 'start@9000']);
  });

  it('C-103 a shorter pause does not end a longer one', async () => {
    const callers = new Callers({ reads: 2, writes: 1 });
    callers.budget.pause('describe', 3_000);
    callers.budget.pause('describe', 1_000);
    void callers.call('a');
    await callers.clock.advance(5_000);
    expect(callers.log).toEqual(['a@3000']);
  });

  it('lets everything through where nobody counts, but C-103 for a pause', async () => {
    const callers = new Callers(false);
    for (let call = 0; call < 1_000; call++) void callers.call('free');
    expect(callers.gone).toHaveLength(1_000);
    callers.budget.pause('describe', 500);
    for (let call = 0; call < 50; call++) void callers.call('held');
    expect(callers.gone).toHaveLength(1_000);
    await callers.clock.advance(500);
    expect(callers.log.slice(1_000)).toEqual(Array.from({ length: 50 }, () => 'held@500'));
  });

  it('never exceeds its rate over any window, serves in order, keeps pauses and forgets nobody', async () => {
    const rate = fc.constantFrom(0.5, 1, 3, 7, 20);
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ do: fc.constant('call' as const), count: fc.integer({ min: 1, max: 12 }) }) },
      {
        weight: 3,
        arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.integer({ max: 3_000, min: 1 }) }),
      },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('abort' as const), which: fc.nat(40) }) },
      {
        weight: 1,
        arbitrary: fc.record({ do: fc.constant('pause' as const), ms: fc.integer({ max: 4_000, min: 1 }) }),
      },
    );
    await fc.assert(
      fc.asyncProperty(rate, fc.array(step, { maxLength: 25 }), async (perSecond, steps) => {
        const callers = new Callers({ reads: perSecond, writes: 1 });
        const { clock } = callers;
        const controllers: AbortController[] = [];
        const pauses: { fromMs: number; untilMs: number; goneBefore: number }[] = [];
        for (const next of steps) {
          if (next.do === 'advance') await clock.advance(next.ms);
          if (next.do === 'abort') controllers[next.which]?.abort();
          if (next.do === 'pause') {
            const fromMs = clock.monotonicMs();
            pauses.push({ fromMs, untilMs: fromMs + next.ms, goneBefore: callers.gone.length });
            callers.budget.pause('describe', next.ms);
          }
          if (next.do !== 'call') continue;
          for (let call = 0; call < next.count; call++) {
            const controller = new AbortController();
            callers.call(String(controllers.length), controller)?.catch(() => undefined);
            controllers.push(controller);
          }
        }
        await clock.advance(controllers.length * 2_000 + 20_000);

        const burst = Math.max(1, perSecond);
        const { gone } = callers;
        for (let first = 0; first < gone.length; first++) {
          for (let last = first; last < gone.length; last++) {
            const windowMs = (gone[last]?.atMs ?? 0) - (gone[first]?.atMs ?? 0);
            expect(last - first + 1).toBeLessThanOrEqual(burst + (windowMs * perSecond) / 1000 + 1e-6);
          }
        }
        const names = gone.map(({ name }) => Number(name));
        expect(names).toEqual([...names].sort((a, b) => a - b));
        const notAborted = controllers.flatMap(({ signal }, name) => (signal.aborted ? [] : [name]));
        expect(notAborted.filter((name) => !names.includes(name))).toEqual([]);
        for (const { untilMs, goneBefore } of pauses) {
          expect(gone.slice(goneBefore).filter(({ atMs }) => atMs < untilMs)).toEqual([]);
        }
        expect(clock.pendingTimers).toBe(0);
      }),
      { numRuns: 500 },
    );
  }, 60_000);
});
