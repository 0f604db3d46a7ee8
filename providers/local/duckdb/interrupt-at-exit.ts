const interrupts = new Set<() => void>();

/**
 * Has the engine interrupted when the process exits, and returns the way to call that off.
 * Node waits at exit for the threads that its native calls run on: without this, `process.exit()` during a long
 * statement would hang until the statement is done.
 */
export function interruptAtExit(interrupt: () => void): () => void {
  if (interrupts.size === 0) process.on('exit', interruptAll);
  interrupts.add(interrupt);
  return () => {
    if (interrupts.delete(interrupt) && interrupts.size === 0) process.off('exit', interruptAll);
  };
}

function interruptAll(): void {
  for (const interrupt of interrupts) interrupt();
}
