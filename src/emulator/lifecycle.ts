import type { Timeline } from './timeline.ts';

/** One state with the moment it began. */
export interface Phase<State extends string> {
  readonly state: State;
  readonly reason: string | undefined;
  /** Epoch milliseconds. */
  readonly sinceMs: number;
}

/** The life of one thing: its states one after the other, and what is planned to happen next. */
export class Lifecycle<State extends string> {
  readonly #timeline: Timeline;
  readonly #phases: Phase<State>[];
  readonly #callOffs: (() => void)[] = [];

  constructor(timeline: Timeline, first: State, reason?: string) {
    this.#timeline = timeline;
    this.#phases = [{ state: first, reason, sinceMs: timeline.nowMs() }];
  }

  get current(): Phase<State> {
    return this.#phases.at(-1) as Phase<State>;
  }

  get startedAtMs(): number {
    return (this.#phases[0] as Phase<State>).sinceMs;
  }

  /** What a reader sees who is `lagMs` behind; nothing when the thing did not exist then. */
  asOf(lagMs: number): Phase<State> | undefined {
    const atMs = this.#timeline.nowMs() - lagMs;
    return this.#phases.findLast((phase) => phase.sinceMs <= atMs);
  }

  /** All that such a reader has seen, oldest first. */
  until(lagMs: number): readonly Phase<State>[] {
    const atMs = this.#timeline.nowMs() - lagMs;
    return this.#phases.filter((phase) => phase.sinceMs <= atMs);
  }

  /** The first time a state was entered. */
  firstTimeIn(states: readonly State[]): number | undefined {
    return this.#phases.find((phase) => states.includes(phase.state))?.sinceMs;
  }

  /** Enters a state and calls off whatever was planned for the one before. */
  enter(state: State, reason?: string): void {
    for (const callOff of this.#callOffs.splice(0)) callOff();
    this.#phases.push({ state, reason, sinceMs: this.#timeline.nowMs() });
  }

  /** Plans something for `delayMs` after now; entering another state calls it off. */
  then(delayMs: number, action: () => void): void {
    this.#callOffs.push(this.#timeline.after(delayMs, action));
  }
}
