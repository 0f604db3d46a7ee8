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
      take: (callClass: string) => void taken.push(callClass),
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

  it('C-103 a pause that one call was told holds up everybody, in both classes', async () => {
    const scene = new Scene({ capabilities: { callsPerSecond: { reads: 100, writes: 100 } } });
    const { provider } = scene.process();
    scene.service.faults.add('describe', { kind: 'throttled', retryAfterMs: 7_000 });
    const startedMs = scene.service.nowMs();
    const first = failureOf(provider.describe(handleOf(scene), unlimitedCall()));
    await scene.clock.advance(1);
    const later = [provider.listPage({}, undefined, unlimitedCall()), provider.start(startRequest(), unlimitedCall())];
    await scene.settled(Promise.all<unknown>([first, ...later]));
    const [told, ...others] = scene.service.oracle.calls.map(({ atMs }) => atMs - startedMs);
    expect(told).toBe(0);
    expect(others).toHaveLength(3);
    expect(others.every((atMs) => atMs >= 7_000)).toBe(true);
  });

  it('C-103 also where nobody counts calls', async () => {
    const scene = new Scene({ capabilities: { callsPerSecond: false } });
    const { provider } = scene.process();
    scene.service.faults.add('listPage', { kind: 'throttled', retryAfterMs: 2_000 });
    const listing = provider.listPage({}, undefined, unlimitedCall());
    await scene.clock.advance(10);
    const starting = provider.start(startRequest(), unlimitedCall());
    await scene.clock.advance(1_980);
    expect(scene.service.oracle.callCount('start')).toBe(0);
    await scene.settled(Promise.all([listing, starting]));
    expect(scene.service.oracle.callCount('start')).toBe(1);
  });

  it('pauses for nothing but a service that asks too much and says for how long', async () => {
    const scene = new Scene();
    const pauses: number[] = [];
    const budget = { take: () => undefined, pause: (ms: number) => void pauses.push(ms) } as unknown as RateBudget;
    for (const error of [
      new SessionError('rate-limited', 'x', { operation: 'describe' }),
      new SessionError('unavailable', 'x', { operation: 'describe', retryAfterMs: 5 }),
      new SessionError('rate-limited', 'x', { operation: 'describe', retryAfterMs: 6 }),
    ]) {
      const adapter = adapterOf(scene, { describe: () => Promise.reject(error) });
      const provider = layeredProvider(adapter, [rateBudgetLayer(budget)]);
      expect(await failureOf(provider.describe(handleOf(scene), unlimitedCall()))).toBe(error);
    }
    expect(pauses).toEqual([6]);
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
