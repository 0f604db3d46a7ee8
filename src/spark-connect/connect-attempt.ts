import type { ConnectEndpoint } from '../contract/session-provider.ts';
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
