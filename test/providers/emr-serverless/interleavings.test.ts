import fc from 'fast-check';
import { describe, it } from 'vitest';
import { plugin } from '../../../providers/emr-serverless/plugin.ts';
import { aRun, Interleavings, RUNS } from '../athena/interleavings.ts';

describe('emr-serverless under interleaved calls, aborts and faults', () => {
  it(
    'leaves no live session behind and starts no token twice (C-020, C-021, C-022, C-025)',
    { timeout: 600_000 },
    async () => {
      const interleavings = await Interleavings.open({
        service: 'emr-serverless',
        plugin,
        options: {
          region: 'us-east-1',
          applicationId: '00emulated1',
          executionRoleArn: 'arn:aws:iam::123456789012:role/spark',
        },
        emulator: { emrServerless: { sessionQuota: 1_000 } },
      });
      try {
        await fc.assert(
          fc.asyncProperty(aRun, (run) => interleavings.play(run)),
          { numRuns: RUNS },
        );
      } finally {
        await interleavings.close();
      }
    },
  );
});
