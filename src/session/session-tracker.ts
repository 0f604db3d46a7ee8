import type { Logger } from '../contract/ports.ts';
import type { Observation } from '../contract/observation.ts';
import { isLegalMove, type SessionState } from '../contract/session-state.ts';

/** What is known of a session now: the last believable observation. */
export interface SessionStatus extends Observation {
  readonly state: SessionState;
}

/** One move of a session. */
export interface StateChange {
  readonly from: SessionState;
  readonly to: SessionState;
  readonly status: SessionStatus;
}

/** What a tracker needs. */
export interface TrackerOptions {
  /** Whether the service itself tells when the session is busy; if not, work in flight here counts as busy. */
  readonly reportsBusy: boolean;
  readonly logger: Logger;
  readonly onChange: (change: StateChange) => void;
}

/**
 * The one place where a session's state is decided: observations come in, legal moves go out.
 * What cannot be (a dead session that lives again, a word no table knows) is no news: the state stays and the anomaly
 * is logged once. What is older than what is known only counts when it cannot have been undone since.
 */
export class SessionTracker {
  readonly #options: TrackerOptions;
  readonly #oddities = new Set<string>();
  #seen: SessionStatus;
  #inFlight = 0;

  constructor(first: Observation, options: TrackerOptions) {
    this.#options = options;
    this.#seen = { ...first, state: first.state ?? 'creating' };
    if (first.state === undefined) this.#noteOddity(first, 'no table knows this native state');
  }

  /** The state with its evidence; `busy` with source `local` while work of this process is in flight and the service cannot tell. */
  get status(): SessionStatus {
    if (this.#seen.state !== 'ready' || this.#inFlight === 0 || this.#options.reportsBusy) return this.#seen;
    return { ...this.#seen, state: 'busy', busySource: 'local' };
  }

  /** Takes in what a provider saw. */
  observe(seen: Observation): void {
    const last = this.#seen;
    const { state } = seen;
    if (state === undefined) {
      this.#noteOddity(seen, 'no table knows this native state');
      return;
    }
    const next: SessionStatus = { ...seen, state };
    // By the wall clock, which may have been set back: a session must not wait an hour for its own end to be believed.
    const isOlder = seen.observedAtMs < last.observedAtMs;
    if (isOlder && (!isLegalMove(last, next) || isLegalMove(next, last))) return;
    const stays = last.state === next.state && last.final === next.final;
    if (!stays && !isLegalMove(last, next)) {
      this.#noteOddity(seen, `a session that was ${describePoint(last)} cannot be ${describePoint(next)}`);
      return;
    }
    this.#change(() => {
      this.#seen = next;
    });
  }

  /** The service no longer knows the session: over, with nothing held any more. */
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
  }

  /** Counts a piece of work that has begun here; call what it returns once when the work is over. */
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

  #noteOddity(seen: Observation, why: string): void {
    const anomaly = `${seen.nativeState}: ${why}`;
    if (this.#oddities.has(anomaly)) return;
    this.#oddities.add(anomaly);
    this.#options.logger.warn({ session: seen.handle.id, nativeState: seen.nativeState }, `no news: ${why}`);
  }
}

function describePoint({ state, final }: { state: SessionState; final: boolean }): string {
  return final ? `${state} for good` : state;
}
