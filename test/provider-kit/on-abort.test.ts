import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { onAbort } from '../../src/provider-kit/on-abort.ts';

describe('onAbort', () => {
  it('calls back once, in order, everybody who still listens', () => {
    const controller = new AbortController();
    const called: string[] = [];
    onAbort(controller.signal, () => called.push('a'));
    const callOff = onAbort(controller.signal, () => called.push('b'));
    onAbort(controller.signal, () => called.push('c'));
    callOff();
    controller.abort();
    controller.abort();
    expect(called).toEqual(['a', 'c']);
  });

  it('a callback can call off another one, and itself', () => {
    const controller = new AbortController();
    const called: string[] = [];
    const callOffs = [
      onAbort(controller.signal, () => {
        called.push('first');
        for (const callOff of callOffs) callOff();
      }),
      onAbort(controller.signal, () => called.push('second')),
    ];
    controller.abort();
    expect(called).toEqual(['first']);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('puts one event listener on a signal, however many listen, and takes it away with the last one', () => {
    const { signal } = new AbortController();
    const callOffs = Array.from({ length: 50 }, () => onAbort(signal, () => {}));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    const [last, ...others] = callOffs;
    for (const callOff of others) callOff();
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    last?.();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('calling off twice does not touch those who came later', () => {
    const controller = new AbortController();
    let called = 0;
    const callOff = onAbort(controller.signal, () => {});
    callOff();
    onAbort(controller.signal, () => (called += 1));
    callOff();
    controller.abort();
    expect(called).toBe(1);
  });
});
