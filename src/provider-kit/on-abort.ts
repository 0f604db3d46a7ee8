/** Holds a signal's callbacks, on the signal itself: a WeakMap with an entry per call costs the garbage collector more. */
const CALLBACKS = Symbol('anysession.onAbort');

interface ListenedSignal extends AbortSignal {
  [CALLBACKS]?: Set<() => void> | undefined;
}

/** The callbacks of a signal that {@link callbackController} aborts, which calls them without an event. */
class OwnCallbacks extends Set<() => void> {}

/**
 * Calls back once when the signal aborts, at once when it has aborted already; returns a function that cancels the callback.
 * However many callers share a signal it gets one event listener: a notebook stops all its cells with one signal,
 * and Node warns of a leak at the eleventh listener.
 * @param callback - a function of its own per call; must not throw.
 */
export function onAbort(signal: ListenedSignal, callback: () => void): () => void {
  if (signal.aborted) {
    callback();
    return () => {};
  }
  let callbacks = signal[CALLBACKS];
  if (callbacks === undefined) {
    callbacks = new Set();
    signal[CALLBACKS] = callbacks;
    signal.addEventListener('abort', callAll, { once: true });
  }
  callbacks.add(callback);
  return () => {
    if (!callbacks.delete(callback) || callbacks.size > 0 || callbacks instanceof OwnCallbacks) return;
    signal[CALLBACKS] = undefined;
    signal.removeEventListener('abort', callAll);
  };
}

/** An AbortController for one call: adding and removing an event listener costs a gRPC call a tenth of its CPU. */
export function callbackController(): Pick<AbortController, 'signal' | 'abort'> {
  const controller = new AbortController();
  const callbacks = new OwnCallbacks();
  const signal: ListenedSignal = controller.signal;
  signal[CALLBACKS] = callbacks;
  return {
    signal,
    abort(reason) {
      controller.abort(reason);
      for (const callback of callbacks) callback();
    },
  };
}

function callAll({ target }: Event): void {
  // Safe: the listener is there for as long as the entry is.
  for (const callback of (target as ListenedSignal)[CALLBACKS] as Set<() => void>) callback();
}
