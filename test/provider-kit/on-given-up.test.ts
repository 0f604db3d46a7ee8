import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { onGivenUp } from '../../src/provider-kit/on-abort.ts';
import type { CallContext } from '../../src/contract/session-provider.ts';
import { withDeadline } from '../../src/provider-kit/with-deadline.ts';
import { deadlineLayer } from '../../src/session/layers/deadline.ts';
import { layeredProvider } from '../../src/session/layers/layered-provider.ts';
import { adapterOf, handleOf, refusalOf, Scene, unlimitedCall } from '../session/scene.ts';

describe('a call that is given up', () => {
  it('without anybody above tells it by its signal, at once where that has aborted', () => {
    const controller = new AbortController();
    let told = 0;
    const callOff = onGivenUp({ signal: controller.signal }, () => (told += 1));
    callOff();
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    onGivenUp({ signal: controller.signal }, () => (told += 1));
    controller.abort();
    expect(told).toBe(1);
    onGivenUp({ signal: controller.signal }, () => (told += 1));
    expect(told).toBe(2);
  });

  it('behind the deadline layer tells who asked before and who asks late, and not who called it off', async () => {
    const scene = new Scene();
    const calls: CallContext[] = [];
    const adapter = adapterOf(scene, {
      describe: (_handle, call) => {
        calls.push(call);
        return new Promise(() => {});
      },
    });
    const provider = layeredProvider(adapter, [deadlineLayer(scene.clock)]);
    const deadline = scene.clock.monotonicMs() + 100;
    const describing = refusalOf(provider.describe(handleOf(scene), unlimitedCall({ deadline })));
    const [call] = calls as [CallContext];
    const told: string[] = [];
    onGivenUp(call, () => told.push('first'));
    onGivenUp(call, () => told.push('called off'))();
    await scene.clock.advance(99);
    expect(told).toEqual([]);
    await scene.clock.advance(1);
    expect(told).toEqual(['first']);
    onGivenUp(call, () => told.push('late'));
    expect(told).toEqual(['first', 'late']);
    expect([call.signal.aborted, call.signal.reason]).toEqual([true, await describing]);
  });

  it('is not timed a second time where somebody above does it', async () => {
    const scene = new Scene();
    const controller = new AbortController();
    const call = { ...unlimitedCall({ deadline: scene.clock.monotonicMs() + 100, signal: controller.signal }) };
    const work = (signal: AbortSignal): Promise<boolean> => Promise.resolve(signal === controller.signal);
    const guarded = withDeadline(
      scene.clock,
      { operation: 'describe', call: { ...call, onGivenUp: () => () => {} } },
      work,
    );
    expect(scene.clock.pendingTimers).toBe(0);
    expect(await guarded).toBe(true);
    const alone = withDeadline(scene.clock, { operation: 'describe', call }, work);
    expect(scene.clock.pendingTimers).toBe(1);
    expect(await alone).toBe(false);
  });
});
