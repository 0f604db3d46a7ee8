import { BROKEN_BATCH_ENDS } from './broken-batch-ends.ts';
import { BROKEN_BATCH_LISTS } from './broken-batch-lists.ts';
import { BROKEN_BATCH_LOOKS } from './broken-batch-looks.ts';
import type { BrokenBatchProvider } from './broken-batch-provider.ts';
import { BROKEN_BATCH_STARTS } from './broken-batch-starts.ts';

/** Providers of run batches with one fault each, to test the conformance kit and to show what goes wrong in practice. */
export const BROKEN_BATCH_PROVIDERS: readonly BrokenBatchProvider[] = [
  ...BROKEN_BATCH_LOOKS,
  ...BROKEN_BATCH_STARTS,
  ...BROKEN_BATCH_ENDS,
  ...BROKEN_BATCH_LISTS,
];
