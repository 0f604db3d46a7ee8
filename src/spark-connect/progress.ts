import type { StatementProgress } from '../contract/statement-runner.ts';
import type { ExecutePlanResponse_ExecutionProgress as ExecutionProgress } from './wire/spark-connect_pb.ts';

/** How far a statement is, from the stages that its server knows of; later stages may still be added. */
export function toProgress({ stages }: ExecutionProgress): StatementProgress {
  let tasks = 0n;
  let completed = 0n;
  let bytesRead = 0n;
  for (const stage of stages) {
    tasks += stage.numTasks;
    completed += stage.numCompletedTasks;
    bytesRead += stage.inputBytesRead;
  }
  return {
    bytesRead: Number(bytesRead),
    ...(tasks > 0n && { fraction: Math.min(1, Number(completed) / Number(tasks)) }),
  };
}
