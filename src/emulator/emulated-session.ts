import type { ServiceId } from './service.ts';

/** The truth about one session, whatever the service's answers say. Times in epoch milliseconds. */
export interface SessionTruth {
  readonly service: ServiceId;
  /** The workgroup or the application. */
  readonly scope: string;
  readonly id: string;
  /** The idempotency token it was started with. */
  readonly token: string | undefined;
  /** The state by the service's own name; `VANISHED` when the record was made to disappear. */
  readonly state: string;
  /** Whether it still holds resources that somebody pays for. */
  readonly live: boolean;
  readonly startedAtMs: number;
  readonly endedAtMs: number | undefined;
  /** Seconds from start to end, or until now. */
  readonly billedSeconds: number;
}

/** What tests, faults and the oracle can do with a session of any service. */
export interface EmulatedSession {
  readonly id: string;
  truth(): SessionTruth;
  /**
   * Puts the session into a state out of the blue, `afterMs` from now; an ended session stays as it is.
   *
   * @throws SessionError `config-invalid` when the service has no such state.
   */
  become(state: string, when: { readonly reason: string | undefined; readonly afterMs: number }): void;
  /** Lets the record disappear, and its resources with it, `afterMs` from now. */
  vanish(afterMs: number): void;
  /** Stands in for work on the data plane: BUSY while `busy`, then IDLE. Nothing happens in a session that takes no work. */
  setBusy(busy: boolean): void;
  /** Whether its data plane takes calls. */
  readonly takesWork: boolean;
  /** Calls back after every change of its state, and returns the way to call that off. */
  onChange(listener: () => void): () => void;
}
