/** How long a loop may block timers and sockets, milliseconds. */
const MOST_BLOCKED_MS = 50;

/**
 * Makes a function for a long loop to call between its steps. It returns `undefined`, or once the loop has run for 50 ms a
 * promise that lets timers and sockets run first.
 */
export function eventLoopPauses(): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    if (performance.now() - since < MOST_BLOCKED_MS) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        since = performance.now();
        resolve();
      });
    });
  };
}
