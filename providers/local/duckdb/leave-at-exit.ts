const leaves = new Set<() => void>();

/**
 * Calls back when the process exits, and returns the way to call that off.
 * Node waits at exit for the threads that its native calls run on, so whoever has a statement running interrupts it here:
 * `process.exit()` would hang until the statement is done.
 * @param leave - must neither wait nor throw.
 */
export function leaveAtExit(leave: () => void): () => void {
  if (leaves.size === 0) process.on('exit', leaveAll);
  leaves.add(leave);
  return () => {
    if (leaves.delete(leave) && leaves.size === 0) process.off('exit', leaveAll);
  };
}

function leaveAll(): void {
  for (const leave of leaves) leave();
}
