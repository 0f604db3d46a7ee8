import type { CalculationTruth } from '../service.ts';
import { Lifecycle, type Phase, type Timeline } from '../timeline.ts';
import { ENDED_CALCULATION, type CALCULATION_STATES } from './athena-inputs.ts';

export type CalculationState = (typeof CALCULATION_STATES)[number];

export interface CalculationStart {
  readonly id: string;
  readonly sessionId: string;
  readonly token: string | undefined;
  readonly codeBlock: string;
  readonly description: string | undefined;
  readonly runMs: number;
  /** Why it must end in FAILED; undefined lets it succeed. */
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

const ENDED: readonly CalculationState[] = ENDED_CALCULATION;

/** One calculation in a session of PySpark engine version 3. */
export class Calculation {
  readonly start: CalculationStart;
  readonly #lifecycle: Lifecycle<CalculationState>;
  readonly #timeline: Timeline;
  #release: () => void = () => {};

  constructor(timeline: Timeline, start: CalculationStart) {
    this.start = start;
    this.#timeline = timeline;
    this.#lifecycle = new Lifecycle(timeline, 'CREATING');
  }

  get current(): Phase<CalculationState> {
    return this.#lifecycle.current;
  }

  get ended(): boolean {
    return ENDED.includes(this.current.state);
  }

  get submittedAtMs(): number {
    return this.#lifecycle.startedAtMs;
  }

  get completedAtMs(): number | undefined {
    return this.#lifecycle.firstTimeIn(ENDED);
  }

  get ranMs(): number {
    const runningSinceMs = this.#lifecycle.firstTimeIn(['RUNNING']);
    return runningSinceMs === undefined ? 0 : (this.completedAtMs ?? this.#timeline.nowMs()) - runningSinceMs;
  }

  truth(): CalculationTruth {
    const { id, sessionId, token } = this.start;
    return { id, sessionId, token, state: this.current.state };
  }

  /** Starts it; `release` is called when it ends. */
  begin(release: () => void): void {
    this.#release = release;
    this.#lifecycle.then(0, () => {
      this.#lifecycle.enter('QUEUED');
      this.#lifecycle.then(0, () => {
        this.#lifecycle.enter('RUNNING');
        const { code, failure, runMs } = this.start;
        const end = (why: string | undefined): void => {
          if (!this.ended && this.current.state !== 'CANCELING')
            this.#end(why === undefined ? 'COMPLETED' : 'FAILED', why);
        };
        if (code === undefined || failure !== undefined) this.#lifecycle.then(runMs, () => end(failure));
        else void code.run().then(end);
      });
    });
  }

  stop(): void {
    if (this.ended || this.current.state === 'CANCELING') return;
    this.#lifecycle.enter('CANCELING');
    this.start.code?.interrupt();
    this.#lifecycle.then(0, () => this.#end('CANCELED'));
  }

  /** Ends it with its session; a session has no reference to a calculation that has ended. */
  orphan(state: 'FAILED' | 'CANCELED'): void {
    this.#end(state, 'The session of the calculation ended.');
  }

  #end(state: 'COMPLETED' | 'FAILED' | 'CANCELED', reason?: string): void {
    this.#lifecycle.enter(state, reason);
    this.#release();
  }
}
