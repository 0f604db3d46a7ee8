import type { ConformanceCase } from '../conformance-case.ts';
import { CALCULATION_CASES } from './calculation-cases.ts';
import { ENDING_CASES } from './ending-cases.ts';
import { FAILING_CASES } from './failing-cases.ts';
import { LISTING_CASES } from './listing-cases.ts';
import { SHAPE_CASES } from './shape-cases.ts';
import { SQL_CASES } from './sql-cases.ts';
import { STARTING_CASES } from './starting-cases.ts';
import { STATE_CASES } from './state-cases.ts';

/** Every case there is, in the order of the rules. */
export const CASES: readonly ConformanceCase[] = [
  ...SHAPE_CASES,
  ...FAILING_CASES,
  ...STATE_CASES,
  ...STARTING_CASES,
  ...ENDING_CASES,
  ...LISTING_CASES,
  ...SQL_CASES,
  ...CALCULATION_CASES,
].sort((one, other) => one.rule.localeCompare(other.rule));
