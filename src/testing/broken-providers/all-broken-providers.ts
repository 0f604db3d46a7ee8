import { BROKEN_CALCULATIONS } from './broken-calculations.ts';
import { BROKEN_CALLS } from './broken-calls.ts';
import { BROKEN_ENDS } from './broken-ends.ts';
import type { BrokenProvider } from './broken-provider.ts';
import { BROKEN_SHAPES, BROKEN_STATES } from './broken-states.ts';
import { BROKEN_STARTS } from './broken-starts.ts';
import { BROKEN_STATEMENTS } from './broken-statements.ts';

/**
 * Providers with one fault each. They test the conformance kit and show which faults occur in practice:
 * wrap your provider in one of them, and the kit names the rule that it breaks.
 */
export const BROKEN_PROVIDERS: readonly BrokenProvider[] = [
  ...BROKEN_SHAPES,
  ...BROKEN_CALLS,
  ...BROKEN_STATES,
  ...BROKEN_STARTS,
  ...BROKEN_ENDS,
  ...BROKEN_STATEMENTS,
  ...BROKEN_CALCULATIONS,
];
