import { Lifecycle, type Phase } from '../lifecycle.ts';
import type { CalculationTruth } from '../service.ts';
import type { Timeline } from '../timeline.ts';
import type { CALCULATION_STATES } from './athena-shapes.ts';

/** One of Athena's calculation states. */
export type CalculationState = (typeof CALCULATION_STATES)[number];

/** What a calculation is started with. */
export interface CalculationStart {
  readonly id: string;
  readonly sessionId: string;
  readonly token: string | undefined;
  readonly codeBlock: string;
  readonly description: string | undefined;
  readonly runMs: number;
  /** Why it is to end in FAILED; undefined lets it succeed. */
  readonly failure: string | undefined;
}

const ENDED: readonly CalculationState[] = ['CANCELED', 'COMPLETED', 'FAILED'];

/** One block of code on its way through a session of PySpark engine version 3. The code is kept and not run. */
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

  /** Milliseconds it has run. */
  get ranMs(): number {
    const runningSinceMs = this.#lifecycle.firstTimeIn(['RUNNING']);
    return runningSinceMs === undefined ? 0 : (this.completedAtMs ?? this.#timeline.nowMs()) - runningSinceMs;
  }

  truth(): CalculationTruth {
    const { id, sessionId, token } = this.start;
    return { id, sessionId, token, state: this.current.state };
  }

  /** Sets it going; `release` is called when it is over. */
  begin(release: () => void): void {
    this.#release = release;
    this.#lifecycle.then(0, () => {
      this.#lifecycle.enter('QUEUED');
      this.#lifecycle.then(0, () => {
        this.#lifecycle.enter('RUNNING');
        this.#lifecycle.then(this.start.runMs, () => {
          this.#end(this.start.failure === undefined ? 'COMPLETED' : 'FAILED', this.start.failure);
        });
      });
    });
  }

  /** Asks for its end; nothing happens when it is over. */
  stop(): void {
    if (this.ended || this.current.state === 'CANCELING') return;
    this.#lifecycle.enter('CANCELING');
    this.#lifecycle.then(0, () => {
      this.#end('CANCELED');
    });
  }

  /** Its session has ended under it; sessions let go of calculations that are over. */
  orphan(state: 'FAILED' | 'CANCELED'): void {
    this.#end(state, 'The session of the calculation ended.');
  }

  #end(state: 'COMPLETED' | 'FAILED' | 'CANCELED', reason?: string): void {
    this.#lifecycle.enter(state, reason);
    this.#release();
  }
}
