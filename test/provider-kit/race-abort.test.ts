import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { SessionError } from '../../src/contract/session-error.ts';
import { raceAbort } from '../../src/provider-kit/race-abort.ts';

const NEVER = new Promise<never>(() => {});

describe('raceAbort', () => {
  it('settles like the promise, and leaves no listener', async () => {
    const { signal } = new AbortController();
    expect(await raceAbort(Promise.resolve(1), signal, 'execute')).toBe(1);
    await expect(raceAbort(Promise.reject(new Error('own')), signal, 'execute')).rejects.toThrow('own');
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('rejects at an abort, and at once when the signal has aborted before', async () => {
    const controller = new AbortController();
    const waiting = raceAbort(NEVER, controller.signal, 'start', 'unknown');
    controller.abort('stop');
    const aborted = { kind: 'aborted', operation: 'start', effect: 'unknown', cause: 'stop' };
    await expect(waiting).rejects.toMatchObject(aborted);
    await expect(raceAbort(NEVER, controller.signal, 'start', 'unknown')).rejects.toMatchObject(aborted);
  });

  it('rejects with the reason of the signal when that is a SessionError, and ignores what the promise does later', async () => {
    const reason = new SessionError('timeout', 'too late', { operation: 'whenReady' });
    const lost = Promise.reject(new Error('lost'));
    await expect(raceAbort(lost, AbortSignal.abort(reason), 'describe')).rejects.toBe(reason);
  });
});
