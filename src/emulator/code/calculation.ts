import type { CalculationTruth } from '../service.ts';
import { Lifecycle, type Phase, type Timeline } from '../timeline.ts';

/** The words of a service for the states of a calculation. */
export interface CalculationWords<State extends string> {
  /** The states before it runs, in order. */
  readonly waiting: readonly [State, ...State[]];
  readonly running: State;
  readonly stopping: State;
  readonly stopped: State;
  readonly succeeded: State;
  readonly failed: State;
}

export interface CalculationStart {
  readonly id: string;
  readonly sessionId: string;
  readonly token: string | undefined;
  readonly codeBlock: string;
  readonly runMs: number;
  /** Why it must fail; undefined lets it succeed. */
  readonly failure: string | undefined;
  /** Runs the code; absent where the end is scripted. */
  readonly code?: RunningCode | undefined;
}

/** Code that really runs. */
export interface RunningCode {
  /** @returns why it failed; `undefined` when it succeeded. */
  run(): Promise<string | undefined>;
  interrupt(): void;
}

/** One calculation in a session. */
export class Calculation<State extends string, Start extends CalculationStart = CalculationStart> {
  readonly start: Start;
  readonly #words: CalculationWords<State>;
  readonly #lifecycle: Lifecycle<State>;
  readonly #timeline: Timeline;
  #release: () => void = () => {};

  constructor(timeline: Timeline, words: CalculationWords<State>, start: Start) {
    this.start = start;
    this.#words = words;
    this.#timeline = timeline;
    this.#lifecycle = new Lifecycle(timeline, words.waiting[0]);
  }

  get current(): Phase<State> {
    return this.#lifecycle.current;
  }

  get ended(): boolean {
    return this.#ends.includes(this.current.state);
  }

  get submittedAtMs(): number {
    return this.#lifecycle.startedAtMs;
  }

  get completedAtMs(): number | undefined {
    return this.#lifecycle.firstTimeIn(this.#ends);
  }

  get ranMs(): number {
    const runningSinceMs = this.#lifecycle.firstTimeIn([this.#words.running]);
    return runningSinceMs === undefined ? 0 : (this.completedAtMs ?? this.#timeline.nowMs()) - runningSinceMs;
  }

  truth(): CalculationTruth {
    const { id, sessionId, token } = this.start;
    return { id, sessionId, token, state: this.current.state };
  }

  /** Starts it; `release` is called when it ends. */
  begin(release: () => void): void {
    this.#release = release;
    const [, ...later] = this.#words.waiting;
    this.#pass([...later, this.#words.running]);
  }

  stop(): void {
    const { stopping, stopped } = this.#words;
    if (this.ended || this.current.state === stopping) return;
    this.#lifecycle.enter(stopping);
    this.start.code?.interrupt();
    this.#lifecycle.then(0, () => this.#end(stopped));
  }

  /** Ends it with its session; a session has no reference to a calculation that has ended. */
  orphan(state: State): void {
    this.#end(state, 'The session of the calculation ended.');
  }

  get #ends(): readonly State[] {
    const { stopped, succeeded, failed } = this.#words;
    return [stopped, succeeded, failed];
  }

  /** Enters the states one after the other; the last one is that of running code. */
  #pass([next, ...later]: readonly State[]): void {
    if (next === undefined) {
      this.#run();
      return;
    }
    this.#lifecycle.then(0, () => {
      this.#lifecycle.enter(next);
      this.#pass(later);
    });
  }

  #run(): void {
    const { code, failure, runMs } = this.start;
    const { stopping, succeeded, failed } = this.#words;
    const end = (why: string | undefined): void => {
      if (!this.ended && this.current.state !== stopping) this.#end(why === undefined ? succeeded : failed, why);
    };
    if (code === undefined || failure !== undefined) this.#lifecycle.then(runMs, () => end(failure));
    else void code.run().then(end);
  }

  #end(state: State, reason?: string): void {
    this.#lifecycle.enter(state, reason);
    this.#release();
  }
}
