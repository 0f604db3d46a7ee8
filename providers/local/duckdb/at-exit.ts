const callbacks = new Set<() => void>();

/**
 * Calls back when the process exits; returns a function that cancels this.
 * At exit Node waits for the threads of its native calls: a running statement must be interrupted here, or `process.exit()`
 * hangs until the statement ends.
 * @param callback - must neither wait nor throw.
 */
export function atExit(callback: () => void): () => void {
  if (callbacks.size === 0) process.on('exit', callAll);
  callbacks.add(callback);
  return () => {
    if (callbacks.delete(callback) && callbacks.size === 0) process.off('exit', callAll);
  };
}

function callAll(): void {
  for (const callback of callbacks) callback();
}
