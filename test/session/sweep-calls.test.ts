import { describe, expect, it } from 'vitest';
import { sweepCalls } from '../../src/session/sweep-calls.ts';
import { adapterOf, handleOf, Scene } from './scene.ts';

describe('the calls of a sweep', () => {
  it('have ten seconds for a description and fifteen for an end, and stop with the sweep', async () => {
    const scene = new Scene();
    const { clock } = scene;
    const calls: { readonly leftMs: number; readonly signal: AbortSignal }[] = [];
    const note = (call: { readonly deadline: number; readonly signal: AbortSignal }): Promise<never> => {
      calls.push({ leftMs: call.deadline - clock.monotonicMs(), signal: call.signal });
      return Promise.reject(new Error('noted'));
    };
    const provider = adapterOf(scene, {
      describe: (_handle, call) => note(call),
      listPage: (_filter, _cursor, call) => note(call),
      terminate: (_handle, call) => note(call),
    });
    const { signal } = new AbortController();
    const sweep = sweepCalls(provider, clock);
    const handle = handleOf(scene);
    const seen = {
      handle,
      nativeState: 'IDLE',
      acceptsWork: true,
      final: false,
      observedAtMs: 0,
      details: {},
    } as const;
    await expect(sweep.describe(handle, signal)).rejects.toThrow('noted');
    await expect(sweep.end({ ...seen, state: 'ready' }, signal)).rejects.toThrow('noted');
    await expect(sweep.list(signal)[Symbol.asyncIterator]().next()).rejects.toThrow('noted');
    expect(calls).toEqual([
      { leftMs: 10_000, signal },
      { leftMs: 15_000, signal },
      { leftMs: Number.POSITIVE_INFINITY, signal },
    ]);
  });

  it('end a session that nobody knows with one call', async () => {
    const scene = new Scene();
    const sweep = sweepCalls(scene.process().provider, scene.clock);
    const seen = { handle: handleOf(scene), nativeState: 'IDLE', acceptsWork: true, final: false, observedAtMs: 0 };
    const ended = await sweep.end({ ...seen, state: 'ready', details: {} }, new AbortController().signal);
    expect([ended.final, scene.service.oracle.callCount('terminate')]).toEqual([true, 1]);
  });
});
