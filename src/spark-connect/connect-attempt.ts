import { onAbort } from '../provider-kit/on-abort.ts';
import type { ConnectEndpoint } from '../contract/session-provider.ts';
import { abortedError } from '../provider-kit/sleep.ts';
import type { ConnectChannel } from './connect-channel.ts';

/** The channel and the token of one attempt. */
export interface Line {
  readonly endpoint: ConnectEndpoint;
  readonly channel: ConnectChannel;
}

/** The failures since the last answer. An answer resets it. */
export interface FailureStreak {
  failures: number;
  renewed: boolean;
}

/** The attempt that failed. */
export interface FailedAttempt {
  readonly line: Line;
  readonly signal: AbortSignal;
  readonly mayHaveRun: boolean;
}

/** Stops waiting when the signal aborts. The work continues, because others may wait for it too. */
export async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    work.catch(() => {});
    throw abortedError('execute', signal);
  }
  let stopListening = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stopListening = onAbort(signal, () => reject(abortedError('execute', signal)));
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    stopListening();
  }
}
