import type { StepMetrics } from '../contract/statement-runner.ts';
import type { ExecutePlanResponse_Metrics as Metrics } from './wire/spark-connect_pb.ts';

/** What a server counted, step by step; a step without a count is left in, because others name it as their parent. */
export function toStepMetrics({ metrics }: Metrics): readonly StepMetrics[] {
  return metrics.map(({ name, planId, parent, executionMetrics }) => ({
    name,
    step: Number(planId),
    // The root of a plan names 0, which no step is numbered with.
    ...(parent !== 0n && { parent: Number(parent) }),
    values: Object.fromEntries(Object.entries(executionMetrics).map(([key, { value }]) => [key, Number(value)])),
  }));
}
