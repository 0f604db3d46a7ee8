import type { ConnectEndpoint } from '../contract/session-provider.ts';
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
