import type { KitCase } from '../kit.ts';
import { BATCH_ENDING_CASES } from './batch-ending-cases.ts';
import { BATCH_LIFE_CASES } from './batch-life-cases.ts';
import { BATCH_LISTING_CASES } from './batch-listing-cases.ts';
import { BATCH_STARTING_CASES } from './batch-starting-cases.ts';
import type { BatchFacts } from './batch-subject.ts';
import type { BatchTrial } from './batch-trial.ts';

/** Every case of run batches, in the order of the rules. */
export const BATCH_CASES: readonly KitCase<BatchFacts, BatchTrial>[] = [
  ...BATCH_LIFE_CASES,
  ...BATCH_STARTING_CASES,
  ...BATCH_ENDING_CASES,
  ...BATCH_LISTING_CASES,
].sort((one, other) => one.rule.localeCompare(other.rule));
