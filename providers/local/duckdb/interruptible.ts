import { onAbort } from '../../../src/provider-kit/on-abort.ts';
import type { Connection, DuckDbBinding } from './binding.ts';
import { throwIfAborted } from '../../../src/provider-kit/aborted-error.ts';

/** Where a call runs and what stops it. */
export interface InterruptibleWork {
  readonly binding: DuckDbBinding;
  readonly connection: Connection;
  readonly signal: AbortSignal;
}

/** The longest pause between two interrupts, milliseconds. */
const LONGEST_PAUSE_MS = 16;

/**
 * Waits for one call into the engine; when the signal aborts, interrupts the engine until it lets go.
 * Once is not enough: an interrupt that comes while the call still waits for its thread is forgotten when it begins.
 * The pauses are real time and not the Clock's, because the engine that they wait for lives in real time.
 * @throws SessionError the signal's error when it aborts; what the call throws otherwise, as it is.
 */
export async function interruptible<T>(work: InterruptibleWork, call: () => Promise<T>): Promise<T> {
  const { binding, connection, signal } = work;
  throwIfAborted(signal, 'execute');
  let timer: NodeJS.Timeout | undefined;
  let pauseMs = 1;
  const interrupt = (): void => {
    binding.interrupt(connection);
    timer = setTimeout(interrupt, pauseMs);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  };
  const letGo = onAbort(signal, interrupt);
  try {
    const answer = await call();
    throwIfAborted(signal, 'execute');
    return answer;
  } catch (error) {
    throwIfAborted(signal, 'execute');
    throw error;
  } finally {
    letGo();
    clearTimeout(timer);
  }
}
