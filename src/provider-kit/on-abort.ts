/** The callbacks of each signal that has any. */
const listening = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back once when the signal aborts, at once when it has aborted already; returns a function that cancels the callback.
 * However many callers share a signal it gets one event listener: a notebook stops all its cells with one signal,
 * and Node warns of a leak at the eleventh listener.
 * @param callback - a function of its own per call; must not throw.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  if (signal.aborted) {
    callback();
    return () => {};
  }
  let callbacks = listening.get(signal);
  if (callbacks === undefined) {
    callbacks = new Set();
    listening.set(signal, callbacks);
    signal.addEventListener('abort', callAll, { once: true });
  }
  callbacks.add(callback);
  return () => {
    if (!callbacks.delete(callback) || callbacks.size > 0) return;
    listening.delete(signal);
    signal.removeEventListener('abort', callAll);
  };
}

function callAll({ target }: Event): void {
  // Safe: the listener is there for as long as the entry is.
  for (const callback of listening.get(target as AbortSignal) as Set<() => void>) callback();
}
