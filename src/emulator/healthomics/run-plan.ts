export type RunFate = 'completes' | 'fails' | 'refused';

/** The input of a plan; times in epoch milliseconds. */
export interface RunPlanParts {
  readonly fates: readonly RunFate[];
  readonly firstSubmissionMs: number;
  readonly intervalMs: number;
  readonly runMs: number;
  readonly concurrentRuns: number;
}

const STARTING_SHARE = 0.1;

/**
 * When each run of a batch is submitted, executes and ends. Computed once, so that a batch of a hundred thousand runs over eleven
 * days needs no timers: the state of a run at a moment is read from the plan.
 */
export class RunPlan {
  readonly fates: readonly RunFate[];
  readonly submittedAt: Float64Array;
  readonly startedAt: Float64Array;
  readonly endedAt: Float64Array;
  /** When every submission has been attempted. */
  readonly attemptedMs: number;
  readonly overMs: number;

  constructor({ fates, firstSubmissionMs, intervalMs, runMs, concurrentRuns }: RunPlanParts) {
    const count = fates.length;
    this.fates = fates;
    this.submittedAt = new Float64Array(count);
    this.startedAt = new Float64Array(count);
    this.endedAt = new Float64Array(count);
    // All runs take the same time, so slots become free in the order in which they were taken.
    const freeAt = new Float64Array(concurrentRuns).fill(Number.NEGATIVE_INFINITY);
    let slot = 0;
    let overMs = firstSubmissionMs;
    for (let index = 0; index < count; index++) {
      const submitted = firstSubmissionMs + index * intervalMs;
      const isRefused = fates[index] === 'refused';
      const started = isRefused ? submitted : Math.max(submitted, freeAt[slot] ?? submitted) + runMs * STARTING_SHARE;
      const ended = isRefused ? submitted : started + runMs * (1 - STARTING_SHARE);
      if (!isRefused) {
        freeAt[slot] = ended;
        slot = (slot + 1) % concurrentRuns;
      }
      this.submittedAt[index] = submitted;
      this.startedAt[index] = started;
      this.endedAt[index] = ended;
      overMs = Math.max(overMs, ended);
    }
    this.attemptedMs = firstSubmissionMs + Math.max(0, count - 1) * intervalMs;
    this.overMs = overMs;
  }

  get count(): number {
    return this.fates.length;
  }

  /** When the run leaves PENDING for STARTING. */
  startingAt(index: number): number {
    const ended = this.endedAt[index] ?? 0;
    const started = this.startedAt[index] ?? 0;
    return started - ((ended - started) * STARTING_SHARE) / (1 - STARTING_SHARE);
  }
}
