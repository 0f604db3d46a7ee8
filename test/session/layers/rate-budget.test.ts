import { describe, expect, it } from 'vitest';
import { SessionError } from '../../../src/contract/session-error.ts';
import { layeredProvider } from '../../../src/session/layers/layered-provider.ts';
import { rateBudgetLayer } from '../../../src/session/layers/rate-budget.ts';
import type { RateBudget } from '../../../src/watch/rate-budget.ts';
import { adapterOf, handleOf, Scene, startRequest, unlimitedCall } from '../scene.ts';
import { failureOf } from '../../failure-of.ts';

describe('the rate budget layer', () => {
  it('lets reads and writes through at the rate that the service bears', async () => {
    const scene = new Scene({ capabilities: { callsPerSecond: { reads: 2, writes: 1 }, maxLiveSessions: 9 } });
    const { provider } = scene.process();
    const startedMs = scene.service.nowMs();
    const calls = [
      ...Array.from({ length: 3 }, () => provider.start(startRequest(), unlimitedCall())),
      ...Array.from({ length: 2 }, () => provider.listPage({}, undefined, unlimitedCall())),
      ...Array.from({ length: 2 }, () => failureOf(provider.describe(handleOf(scene), unlimitedCall()))),
      provider.terminate(handleOf(scene), unlimitedCall()),
    ];
    await scene.settled(Promise.all<unknown>(calls));
    const arrivals = (operations: readonly string[]): readonly number[] =>
      scene.service.oracle.calls.filter((c) => operations.includes(c.operation)).map(({ atMs }) => atMs - startedMs);
    expect(arrivals(['start', 'terminate'])).toEqual([0, 1_000, 2_000, 3_000]);
    expect(arrivals(['listPage', 'describe'])).toEqual([0, 0, 500, 1_000]);
  });

  it('counts endpoints and dashboards as writes, and statements not at all', async () => {
    const scene = new Scene();
    const taken: string[] = [];
    const budget = {
      take: (_operation: string, callClass: string) => void taken.push(callClass),
      pause: () => {},
    } as unknown as RateBudget;
    const provider = layeredProvider(adapterOf(scene), [rateBudgetLayer(budget)]);
    const handle = handleOf(scene);
    await failureOf(Promise.resolve(provider.endpoint?.(handle, unlimitedCall())));
    await failureOf(Promise.resolve(provider.dashboard?.(handle, unlimitedCall())));
    const running = provider.statements?.execute(handle, { id: 'stmt-1', text: 'SELECT 1' }, unlimitedCall());
    await failureOf(Promise.resolve(running));
    expect(taken).toEqual(['writes', 'writes']);
  });

  it('C-103 a throttled verb pauses its own calls; describe, start and terminate go on', async () => {
    const scene = new Scene({ capabilities: { callsPerSecond: { reads: 100, writes: 100 }, maxLiveSessions: 9 } });
    const { provider } = scene.process();
    const { handle } = await provider.start(startRequest(), unlimitedCall());
    scene.service.faults.add('listPage', { kind: 'throttled', retryAfterMs: 7_000 });
    const first = provider.listPage({}, undefined, unlimitedCall());
    await scene.clock.advance(1);
    const startedMs = scene.service.nowMs();
    const later = provider.listPage({}, undefined, unlimitedCall());
    await provider.describe(handle, unlimitedCall());
    await provider.start(startRequest(), unlimitedCall());
    await provider.terminate(handle, unlimitedCall());
    expect(scene.service.nowMs()).toBe(startedMs);
    await scene.settled(Promise.all([first, later]));
    const [, ...lists] = scene.service.oracle.calls.filter(({ operation }) => operation === 'listPage');
    expect(lists.map(({ atMs }) => atMs - startedMs)).toEqual([6_999, 6_999]);
  });

  it.each([3_600_000, 25 * 60_000, Number.POSITIVE_INFINITY])(
    'C-103 a pause of %d ms holds up for one minute, and what waits says that nothing was sent',
    async (retryAfterMs) => {
      const scene = new Scene();
      const { provider } = scene.process();
      scene.service.faults.add('start', { kind: 'throttled', retryAfterMs });
      const throttled = await failureOf(provider.start(startRequest(), unlimitedCall()));
      expect(throttled).toMatchObject({ kind: 'rate-limited', retryAfterMs: 60_000, effect: 'none' });
      const deadline = scene.clock.monotonicMs() + 30_000;
      const waiting = await failureOf(scene.settled(provider.start(startRequest(), unlimitedCall({ deadline }))));
      expect(waiting).toMatchObject({ kind: 'timeout', operation: 'start', effect: 'none' });
      expect(waiting.message).toContain('start waited 30000 ms for its turn in the rate budget');
      await scene.settled(provider.start(startRequest(), unlimitedCall()));
      expect(scene.service.oracle.calls.map(({ atMs }) => atMs - scene.service.nowMs())).toEqual([-60_000, 0]);
    },
  );

  it('C-103 a throttled terminate is repeated within seconds, whatever the service asks for', async () => {
    const scene = new Scene();
    const { provider } = scene.process();
    const { handle } = await provider.start(startRequest(), unlimitedCall());
    const throttled = { kind: 'throttled', retryAfterMs: 3_600_000 } as const;
    scene.service.faults.add('terminate', throttled, throttled);
    const startedMs = scene.service.nowMs();
    await scene.settled(provider.terminate(handle, unlimitedCall()));
    expect(scene.service.nowMs() - startedMs).toBe(10_000);
  });

  it('C-103 also where nobody counts calls', async () => {
    const scene = new Scene({ capabilities: { callsPerSecond: false } });
    const { provider } = scene.process();
    scene.service.faults.add('listPage', { kind: 'throttled', retryAfterMs: 2_000 });
    const listing = provider.listPage({}, undefined, unlimitedCall());
    await scene.clock.advance(10);
    const again = provider.listPage({}, undefined, unlimitedCall());
    await scene.clock.advance(1_980);
    expect(scene.service.oracle.callCount('listPage')).toBe(1);
    await scene.settled(Promise.all([listing, again]));
    expect(scene.service.oracle.callCount('listPage')).toBe(3);
  });

  it('pauses for nothing but a service that asks too much and says for how long', async () => {
    const scene = new Scene();
    const pauses: unknown[] = [];
    const budget = {
      take: () => undefined,
      pause: (...args: unknown[]) => void pauses.push(args),
    } as unknown as RateBudget;
    for (const error of [
      new SessionError('rate-limited', 'x', { operation: 'describe' }),
      new SessionError('unavailable', 'x', { operation: 'describe', retryAfterMs: 5 }),
      new SessionError('rate-limited', 'x', { operation: 'describe', retryAfterMs: 6 }),
    ]) {
      const adapter = adapterOf(scene, { describe: () => Promise.reject(error) });
      const provider = layeredProvider(adapter, [rateBudgetLayer(budget)]);
      expect(await failureOf(provider.describe(handleOf(scene), unlimitedCall()))).toBe(error);
    }
    expect(pauses).toEqual([['describe', 6]]);
  });

  it('C-104 a caller that aborts in the line never reaches the service', async () => {
    const scene = new Scene({ capabilities: { callsPerSecond: { reads: 1, writes: 1 } } });
    const { provider } = scene.process();
    await provider.listPage({}, undefined, unlimitedCall());
    const controller = new AbortController();
    const waiting = failureOf(provider.listPage({}, undefined, unlimitedCall({ signal: controller.signal })));
    await scene.clock.advance(500);
    controller.abort();
    expect(await waiting).toMatchObject({ kind: 'aborted', operation: 'listPage' });
    await scene.clock.advance(5_000);
    expect([scene.service.oracle.callCount(), scene.clock.pendingTimers]).toEqual([1, 0]);
  });
});
