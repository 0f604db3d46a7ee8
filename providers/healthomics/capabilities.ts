import type { BatchCapabilities } from '../../src/contract/batch-provider.ts';

/**
 * The capabilities of HealthOmics batches.
 * @see https://docs.aws.amazon.com/omics/latest/dev/workflows-batch.html and
 * https://docs.aws.amazon.com/omics/latest/dev/service-quotas.html (read 2026-11-20)
 */
export function healthOmicsCapabilities(rates: {
  readonly readsPerSecond: number;
  readonly writesPerSecond: number;
  readonly submissionsPerSecond: number;
}): BatchCapabilities {
  const { readsPerSecond: reads, writesPerSecond: writes, submissionsPerSecond } = rates;
  return Object.freeze({
    maxRuns: 100_000,
    maxInlineRuns: 100,
    maxRunListBytes: 6 * 1024 ** 3,
    listPageSize: 100,
    submissionsPerSecond,
    maxConcurrentRuns: 50,
    watchIntervalMs: Object.freeze({ min: 2_000, max: 5_000 }),
    callsPerSecond: Object.freeze({ reads, writes }),
  });
}
