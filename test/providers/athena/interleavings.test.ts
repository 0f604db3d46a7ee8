import fc from 'fast-check';
import { describe, it } from 'vitest';
import { plugin } from '../../../providers/athena/plugin.ts';
import { aRun, Interleavings, RUNS } from './interleavings.ts';

describe('athena under interleaved calls, aborts and faults', () => {
  it(
    'leaves no live session behind and starts no token twice (C-020, C-021, C-022, C-025)',
    { timeout: 600_000 },
    async () => {
      const interleavings = await Interleavings.open({
        service: 'athena',
        plugin,
        options: { region: 'us-east-1', workgroup: 'spark35' },
        emulator: { athena: { spark35DpuQuota: 1_000 } },
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
