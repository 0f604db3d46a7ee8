import { Calculation, type CalculationStart } from '../code/calculation.ts';
import type { CodeOutcome } from '../code/python-session.ts';
import type { Timeline } from '../timeline.ts';
import type { STATEMENT_STATES } from './glue-inputs.ts';

export type StatementState = (typeof STATEMENT_STATES)[number];

export interface StatementStart extends CalculationStart {
  /** Counts from 1 in its session. */
  readonly number: number;
}

/** One statement of a LIVY session. */
export class GlueStatement extends Calculation<StatementState, StatementStart> {
  /** What its code did, where code runs. */
  outcome: CodeOutcome | undefined;
  #hasBegun = false;

  constructor(timeline: Timeline, start: StatementStart) {
    const words = {
      waiting: ['WAITING'],
      running: 'RUNNING',
      stopping: 'CANCELLING',
      stopped: 'CANCELLED',
      succeeded: 'AVAILABLE',
      failed: 'ERROR',
    } as const;
    super(timeline, words, start);
  }

  /** Whether its turn may come. */
  get isWaiting(): boolean {
    return !this.#hasBegun && this.current.state === 'WAITING';
  }

  override begin(release: () => void): void {
    this.#hasBegun = true;
    super.begin(release);
  }
}
