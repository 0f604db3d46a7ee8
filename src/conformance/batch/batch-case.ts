import type { KitCase } from '../kit.ts';
import type { BatchFacts, BatchFault } from './batch-subject.ts';
import type { BatchTrial } from './batch-trial.ts';

/** One check of one rule of run batches. */
export type BatchCase = KitCase<BatchFacts, BatchTrial>;

/** Freezes a case: all subjects share it. */
export function defineBatchCase(each: BatchCase): BatchCase {
  return Object.freeze(each);
}

/** Applies where the service can be made to have the fault. */
export function needsFault(kind: BatchFault['kind']): (facts: BatchFacts) => string | undefined {
  return ({ faults }) => (faults.includes(kind) ? undefined : `a service that can be made to show '${kind}'`);
}

/** Applies where runs can be made to end badly. */
export function needsDoomedRuns({ doomedRuns }: BatchFacts): string | undefined {
  return doomedRuns === undefined ? 'a service that can be made to refuse and fail runs' : undefined;
}

/** The ids of runs that end badly, where {@link needsDoomedRuns} has let the case through. */
export function doomedRunsOf({ subject }: BatchTrial): { readonly refused: string; readonly failing: string } {
  if (subject.doomedRuns === undefined) throw new Error(`the subject '${subject.name}' names no doomed runs`);
  return subject.doomedRuns;
}
