import type { Logger } from '../contract/ports.ts';
import type { Observation } from '../contract/observation.ts';
import { isLegalMove, type SessionState } from '../contract/session-state.ts';

/** What is known about a session: its last accepted observation. */
export interface SessionStatus extends Observation {
  readonly state: SessionState;
}

/** One state change of a session. */
export interface StateChange {
  readonly from: SessionState;
  readonly to: SessionState;
  readonly status: SessionStatus;
}

/** What a tracker needs. */
export interface TrackerOptions {
  /** Whether the service reports busy sessions. If not, work of this process counts as busy. */
  readonly reportsBusy: boolean;
  readonly logger: Logger;
  readonly onChange: (change: StateChange) => void;
  /** Called with each accepted observation, after its state change. */
  readonly onSeen?: (seen: SessionStatus) => void;
}

/**
 * Decides a session's state: observations come in, legal state changes go out.
 * An impossible observation (an ended session that runs again, an unknown native state) is ignored and logged once.
 * An observation older than the last one counts only when nothing can have reversed it since.
 * Decision 6: docs/decisions/0006-older-observations-can-count.md
 */
export class SessionTracker {
  readonly #options: TrackerOptions;
  readonly #anomalies = new Set<string>();
  #seen: SessionStatus;
  /** The status that {@link observeGone} made, until the end is confirmed. */
  #presumed: SessionStatus | undefined;
  #inFlight = 0;

  constructor(first: Observation, options: TrackerOptions) {
    this.#options = options;
    this.#seen = { ...first, state: first.state ?? 'creating' };
    if (first.state === undefined) this.#logAnomaly(first, 'unknown native state');
  }

  /** The state with its evidence: `busy` with source `local` while this process has work in flight and the service does not report busy. */
  get status(): SessionStatus {
    if (this.#seen.state !== 'ready' || this.#inFlight === 0 || this.#options.reportsBusy) return this.#seen;
    return { ...this.#seen, state: 'busy', busySource: 'local' };
  }

  /** Applies an observation of the provider. */
  observe(seen: Observation): void {
    const last = this.#seen;
    const { state } = seen;
    if (state === undefined) {
      this.#logAnomaly(seen, 'unknown native state');
      return;
    }
    const next: SessionStatus = { ...seen, state };
    // The wall clock may have been set back, so an older final observation must still count.
    const isOlder = seen.observedAtMs < last.observedAtMs;
    if (isOlder && (!isLegalMove(last, next) || isLegalMove(next, last))) return;
    const stays = last.state === next.state && last.final === next.final;
    if (!stays && !isLegalMove(last, next)) {
      this.#logAnomaly(seen, `a session cannot change from ${describePoint(last)} to ${describePoint(next)}`);
      return;
    }
    this.#change(() => {
      this.#seen = next;
    });
    this.#options.onSeen?.(next);
  }

  /** The service no longer knows the session: it has ended. */
  observeGone(observedAtMs: number): void {
    const { handle, state, final, details, observedAtMs: lastMs } = this.#seen;
    if (final) return;
    this.observe({
      handle,
      state: state === 'failed' ? 'failed' : 'terminated',
      nativeState: 'GONE',
      acceptsWork: false,
      final: true,
      observedAtMs: Math.max(observedAtMs, lastMs),
      reason: 'the service no longer knows this session',
      details,
    });
    this.#presumed = this.#seen;
  }

  /** Whether the end is only concluded from "not found": nobody has asked the service to end the session. */
  get isPresumedGone(): boolean {
    return this.#seen === this.#presumed;
  }

  /** The service was asked to end a session that was presumed gone, and confirmed the end. */
  confirmGone(): void {
    this.#presumed = undefined;
  }

  /** Counts work that this process has begun. Call the returned function when it ends. */
  beginWork(): () => void {
    this.#change(() => {
      this.#inFlight += 1;
    });
    let over = false;
    return () => {
      if (over) return;
      over = true;
      this.#change(() => {
        this.#inFlight -= 1;
      });
    };
  }

  #change(apply: () => void): void {
    const before = this.status;
    apply();
    const after = this.status;
    if (before.state === after.state && before.final === after.final) return;
    this.#options.onChange({ from: before.state, to: after.state, status: after });
  }

  #logAnomaly(seen: Observation, why: string): void {
    const anomaly = `${seen.nativeState}: ${why}`;
    if (this.#anomalies.has(anomaly)) return;
    this.#anomalies.add(anomaly);
    this.#options.logger.warn(
      { session: seen.handle.id, nativeState: seen.nativeState },
      `ignored an observation: ${why}`,
    );
  }
}

function describePoint({ state, final }: { state: SessionState; final: boolean }): string {
  return final ? `${state} (final)` : state;
}
