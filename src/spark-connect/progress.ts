import type { StatementProgress, StepMetrics } from '../contract/statement-runner.ts';
import type {
  ExecutePlanResponse_ExecutionProgress as ExecutionProgress,
  ExecutePlanResponse_Metrics as Metrics,
} from './wire/spark-connect_pb.ts';

/** Sums up the stages that the server knows. It may still add stages. */
export function toProgress({ stages }: ExecutionProgress): StatementProgress {
  const sum = (count: (stage: (typeof stages)[number]) => bigint): number =>
    Number(stages.reduce((total, stage) => total + count(stage), 0n));
  const tasks = sum(({ numTasks }) => numTasks);
  const completed = sum(({ numCompletedTasks }) => numCompletedTasks);
  return {
    bytesRead: sum(({ inputBytesRead }) => inputBytesRead),
    ...(tasks > 0 && { fraction: Math.min(1, completed / tasks) }),
  };
}

/** The server's counters for each step. A step without counters stays, because others name it as their parent. */
export function toStepMetrics({ metrics }: Metrics): readonly StepMetrics[] {
  return metrics.map(({ name, planId, parent, executionMetrics }) => ({
    name,
    step: Number(planId),
    // The root of a plan has the parent 0, which is no step.
    ...(parent !== 0n && { parent: Number(parent) }),
    values: Object.fromEntries(Object.entries(executionMetrics).map(([key, { value }]) => [key, Number(value)])),
  }));
}
