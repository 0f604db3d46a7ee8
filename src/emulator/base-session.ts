import { SessionError } from '../contract/session-error.ts';
import type { EmulatedSession, ServiceId, SessionTruth } from './service.ts';
import { Lifecycle, type Phase, type Timeline } from './timeline.ts';

interface SessionStates<State extends string> {
  readonly all: readonly State[];
  readonly first: State;
  /** States that hold no resources. */
  readonly ended: readonly State[];
  /** States in which the data plane accepts calls; absent where the emulator has no data plane for the service. */
  readonly working?: readonly State[];
}

export interface SessionBirth<State extends string> {
  readonly service: ServiceId;
  readonly scope: string;
  readonly id: string;
  readonly token: string | undefined;
  readonly states: SessionStates<State>;
  /** The reason shown with the first state. */
  readonly reason?: string;
  /** How long the record of an ended session can be read (default: forever). */
  readonly retentionMs: number | undefined;
}

/** The part of a session that is the same in every service: its phases, its end, its disappearance, and the truth about it. */
export abstract class BaseSession<State extends string> implements EmulatedSession {
  readonly service: ServiceId;
  readonly id: string;
  readonly scope: string;
  protected readonly lifecycle: Lifecycle<State>;
  protected readonly timeline: Timeline;
  readonly #birth: SessionBirth<State>;
  readonly #listeners = new Set<() => void>();
  #vanishedAtMs: number | undefined;
  #forgotten = false;

  constructor(timeline: Timeline, birth: SessionBirth<State>) {
    this.timeline = timeline;
    this.service = birth.service;
    this.id = birth.id;
    this.scope = birth.scope;
    this.#birth = birth;
    this.lifecycle = new Lifecycle(timeline, birth.states.first, birth.reason);
  }

  get state(): State {
    return this.lifecycle.current.state;
  }

  get startedAtMs(): number {
    return this.lifecycle.startedAtMs;
  }

  get live(): boolean {
    return this.#vanishedAtMs === undefined && !this.#birth.states.ended.includes(this.state);
  }

  /** When it first accepted work. */
  get readyAtMs(): number | undefined {
    return this.lifecycle.firstTimeIn(this.#birth.states.working ?? []);
  }

  get takesWork(): boolean {
    return this.live && this.#birth.states.working?.includes(this.state) === true;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What a reader sees who is `lagMs` behind; undefined before the start and after the record is gone. */
  seen(lagMs: number): Phase<State> | undefined {
    return this.#forgotten ? undefined : this.lifecycle.asOf(lagMs);
  }

  truth(): SessionTruth {
    const endedAtMs = this.#vanishedAtMs ?? this.lifecycle.firstTimeIn(this.#birth.states.ended);
    return {
      service: this.service,
      scope: this.scope,
      id: this.id,
      token: this.#birth.token,
      state: this.#vanishedAtMs === undefined ? this.state : 'VANISHED',
      live: this.live,
      startedAtMs: this.startedAtMs,
      readyAtMs: this.readyAtMs,
      endedAtMs,
      billedSeconds: ((endedAtMs ?? this.timeline.nowMs()) - this.startedAtMs) / 1000,
    };
  }

  become(state: string, when: { readonly reason: string | undefined; readonly afterMs: number }): void {
    const { all } = this.#birth.states;
    const known = all.find((candidate) => candidate === state);
    if (known === undefined) {
      const message = `${this.service} has no session state '${state}'. States: ${all.join(', ')}.`;
      throw new SessionError('config-invalid', message, { operation: 'emulator fault' });
    }
    this.timeline.after(when.afterMs, () => this.enter(known, when.reason));
  }

  vanish(afterMs: number): void {
    this.timeline.after(afterMs, () => {
      if (this.live) {
        this.#vanishedAtMs = this.timeline.nowMs();
        this.onEnd();
      }
      this.#forgotten = true;
      this.#notify();
    });
  }

  abstract setBusy(busy: boolean): void;

  /** Enters a state unless the session has ended. */
  protected enter(state: State, reason?: string): void {
    if (!this.live) return;
    this.lifecycle.enter(state, reason);
    this.onEnter(state);
    this.#notify();
    if (!this.#birth.states.ended.includes(state)) return;
    this.onEnd();
    const { retentionMs } = this.#birth;
    if (retentionMs === undefined) return;
    this.timeline.after(retentionMs, () => {
      this.#forgotten = true;
    });
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  protected abstract onEnter(state: State): void;

  protected abstract onEnd(): void;
}
