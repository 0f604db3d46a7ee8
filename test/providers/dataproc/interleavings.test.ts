import fc from 'fast-check';
import { describe, it } from 'vitest';
import { plugin } from '../../../providers/dataproc/plugin.ts';
import { Interleavings, RUNS, runsOver } from '../athena/interleavings.ts';
import { optionsFor, TRANSPORTS } from './dataproc-subject.ts';

const OPERATIONS = ['CreateSession', 'GetSession', 'ListSessions', 'TerminateSession'];

// They wait more than they work, so both go at once.
describe.concurrent.each(TRANSPORTS)('dataproc over %s under interleaved calls, aborts and faults', (transport) => {
  it(
    'leaves no live session behind and starts no token twice (C-020, C-021, C-022, C-025)',
    { timeout: 600_000 },
    async () => {
      const interleavings = await Interleavings.open({
        service: 'dataproc',
        plugin,
        options: (emulator) => optionsFor(emulator, transport),
        emulator: {
          dataproc: {
            rates: {
              SessionOperationRequests: { perSecond: 1e6, burst: 1e6 },
              DefaultRequests: { perSecond: 1e6, burst: 1e6 },
            },
          },
        },
      });
      try {
        await fc.assert(
          fc.asyncProperty(runsOver(OPERATIONS), (run) => interleavings.play(run)),
          { numRuns: RUNS },
        );
      } finally {
        await interleavings.close();
      }
    },
  );
});
