import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { SessionError } from '../../src/contract/session-error.ts';
import { sleep } from '../../src/provider-kit/sleep.ts';
import { abortedError } from '../../src/provider-kit/aborted-error.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';

describe('sleep', () => {
  it('C-104 ends when its time is up and leaves nothing behind', async () => {
    const clock = new VirtualClock();
    const { signal } = new AbortController();
    let awake = false;
    const sleeping = sleep(clock, 100, signal).then(() => (awake = true));
    await clock.advance(99);
    expect([awake, clock.pendingTimers]).toEqual([false, 1]);
    await clock.advance(1);
    await sleeping;
    expect([awake, clock.pendingTimers, getEventListeners(signal, 'abort')]).toEqual([true, 0, []]);
  });

  it('C-104 settles at once when it is aborted and leaves nothing behind', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const sleeping = sleep(clock, 100, controller.signal);
    controller.abort('enough');
    await expect(sleeping).rejects.toMatchObject({ kind: 'aborted', operation: 'wait', cause: 'enough' });
    expect([clock.pendingTimers, getEventListeners(controller.signal, 'abort')]).toEqual([0, []]);
  });

  it('C-104 does not begin on a signal that has aborted', async () => {
    const clock = new VirtualClock();
    await expect(sleep(clock, 100, AbortSignal.abort())).rejects.toMatchObject({ kind: 'aborted' });
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('abortedError', () => {
  it('names the operation and keeps the reason of the caller as its cause', () => {
    const reason = new Error('user pressed stop');
    const error = abortedError('start', AbortSignal.abort(reason));
    expect([error.message, error.operation, error.cause]).toEqual(['start was aborted by its caller', 'start', reason]);
  });

  it('lets a SessionError that the signal carries speak for itself', () => {
    const reason = new SessionError('timeout', 'too late', { operation: 'whenReady' });
    expect(abortedError('describe', AbortSignal.abort(reason))).toBe(reason);
  });
});
