import type { BatchCounts, BatchOutcome } from '../contract/batch-observation.ts';
import type { BatchState } from '../contract/batch-state.ts';

/** The last known status of a batch. */
export interface BatchStatus {
  readonly state: BatchState;
  readonly nativeState: string;
  readonly final: boolean;
  readonly totalRuns?: number;
  readonly counts?: BatchCounts;
  readonly countsAreExact: boolean;
  /** Present once it is certain. */
  readonly outcome?: BatchOutcome;
  readonly reason?: string;
  readonly observedAtMs: number;
  /** How long submitting the pending runs takes; absent when no more runs are submitted or their number is unknown. */
  readonly remaining?: SubmissionEstimate;
}

const SECOND_MS = 1_000;

/** How long a service takes to submit the runs of a batch, at a rate. */
export interface SubmissionEstimate {
  readonly runs: number;
  readonly submissionsPerSecond: number;
  /** Until the last run is submitted, milliseconds. Running them takes additional time. */
  readonly durationMs: number;
  /** The same as text, with the duration at a raised quota. */
  readonly text: string;
}

/** The rate that a default quota is raised to on request. @see https://docs.aws.amazon.com/omics/latest/dev/service-quotas.html (read 2026-11-20) */
const RAISED_PER_SECOND = 1;

/** How long submitting takes: "100,000 runs at 0.1/s: 11.6 days; at 1/s: 28 h". */
export function estimateSubmission(runs: number, submissionsPerSecond: number): SubmissionEstimate {
  const durationMs = Math.ceil((runs / submissionsPerSecond) * SECOND_MS);
  const raised = formatDuration((runs / RAISED_PER_SECOND) * SECOND_MS);
  const more = submissionsPerSecond < RAISED_PER_SECOND ? `; at ${RAISED_PER_SECOND}/s: ${raised}` : '';
  const count = `${runs.toLocaleString('en-US')} ${runs === 1 ? 'run' : 'runs'}`;
  return {
    runs,
    submissionsPerSecond,
    durationMs,
    text: `${count} at ${submissionsPerSecond}/s: ${formatDuration(durationMs)}${more}`,
  };
}

/** Formats a duration in its most readable unit. */
export function formatDuration(durationMs: number): string {
  const seconds = durationMs / SECOND_MS;
  if (seconds < 120) return `${Math.ceil(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${(seconds / 86_400).toFixed(1)} days`;
}
