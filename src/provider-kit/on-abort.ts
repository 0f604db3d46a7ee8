import type { CallContext } from '../contract/session-provider.ts';

/** One entry a signal that somebody listens to. */
const listening = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back once when the signal aborts, and returns the way to call that off.
 * However many callers share a signal it gets one event listener: a notebook stops all its cells with one signal,
 * and Node warns of a leak at the eleventh listener.
 * @param callback - a function of its own per call; must not throw.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  let callbacks = listening.get(signal);
  if (callbacks === undefined) {
    callbacks = new Set();
    listening.set(signal, callbacks);
    signal.addEventListener('abort', tellAll, { once: true });
  }
  callbacks.add(callback);
  return () => {
    if (!callbacks.delete(callback) || callbacks.size > 0) return;
    listening.delete(signal);
    signal.removeEventListener('abort', tellAll);
  };
}

/**
 * Calls back once when nobody wants a call any more, at once when that is so already, in the cheapest way that the call has;
 * returns the way to call that off.
 * @param callback - a function of its own per call; must not throw.
 */
export function onGivenUp(call: Pick<CallContext, 'signal' | 'onGivenUp'>, callback: () => void): () => void {
  if (call.onGivenUp !== undefined) return call.onGivenUp(callback);
  if (call.signal.aborted) callback();
  return onAbort(call.signal, callback);
}

function tellAll({ target }: Event): void {
  // Safe: the listener is there for as long as the entry is.
  for (const callback of listening.get(target as AbortSignal) as Set<() => void>) callback();
}
