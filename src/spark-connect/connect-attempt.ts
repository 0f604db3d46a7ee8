import { onAbort } from '../provider-kit/on-abort.ts';
import type { ConnectEndpoint } from '../contract/session-provider.ts';
import { abortedError } from '../provider-kit/sleep.ts';
import type { ConnectChannel } from './connect-channel.ts';

/** What one attempt of a call goes over. */
export interface Line {
  readonly endpoint: ConnectEndpoint;
  readonly metadata: Readonly<Record<string, string>>;
  readonly channel: ConnectChannel;
}

/** The failures since the last answer; an answer begins a new one. */
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

/** Gives up waiting when the signal aborts; what was waited for goes on, for others. */
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
