import { throwIfAborted } from '../../../src/provider-kit/aborted-error.ts';
import { onAbort } from '../../../src/provider-kit/on-abort.ts';
import type { Connection, DuckDbBinding } from './binding.ts';

/** The connection that a call runs on, and the signal that stops it. */
export interface InterruptibleWork {
  readonly binding: DuckDbBinding;
  readonly connection: Connection;
  readonly signal: AbortSignal;
}

/** The longest pause between two interrupts, milliseconds. */
const MAX_PAUSE_MS = 16;

/**
 * Waits for one call into the engine. When the signal aborts, interrupts the engine until the call returns: the engine
 * forgets an interrupt that arrives while the call still waits for its thread, so one is not enough.
 * The pauses use real time, not the Clock, because the engine does.
 * @throws SessionError the signal's error when it aborts; otherwise the call's error, unchanged.
 */
export async function interruptible<T>(work: InterruptibleWork, call: () => Promise<T>): Promise<T> {
  const { binding, connection, signal } = work;
  throwIfAborted(signal, 'execute');
  let timer: NodeJS.Timeout | undefined;
  let pauseMs = 1;
  const interrupt = (): void => {
    binding.interrupt(connection);
    timer = setTimeout(interrupt, pauseMs);
    pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS);
  };
  const release = onAbort(signal, interrupt);
  try {
    return await call();
  } finally {
    release();
    clearTimeout(timer);
    throwIfAborted(signal, 'execute');
  }
}
