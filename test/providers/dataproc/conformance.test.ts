import { describe, expect, it } from 'vitest';
import { registerConformance } from '../../../src/conformance/index.ts';
import { behindLayers } from '../../conformance/behind-layers.ts';
import { inStorm, STORM, STORM_SEEDS } from '../athena/storm.ts';
import { dataprocSubject, FAULTS, TRANSPORTS } from './dataproc-subject.ts';

/** Slow answers, and the other choice wherever the service's own is not documented. */
const SLOW_DAY = {
  seed: 11,
  faults: [{ kind: 'slow', delayMs: 30, probability: 0.3 }],
  dataproc: { terminateEnded: 'ok', maxPageSize: 7, activeAfterTerminateMs: 2_500 },
} as const;

describe.each(
  TRANSPORTS.flatMap((transport) => {
    const subject = dataprocSubject({ name: `dataproc over ${transport}`, transport });
    const slow = dataprocSubject({ name: `dataproc over ${transport} on a slow day`, transport, emulator: SLOW_DAY });
    const storms = STORM_SEEDS.map((seed) =>
      dataprocSubject({
        name: `dataproc over ${transport} in storm ${seed}`,
        transport,
        faults: inStorm(FAULTS),
        emulator: { seed, faults: STORM },
      }),
    );
    return [
      { subject, cases: 45 },
      { subject: behindLayers(subject), cases: 45 },
      { subject: slow, cases: 45 },
      ...storms.map((storm) => ({ subject: behindLayers(storm), cases: 40 })),
    ];
  }),
)('$subject.name', ({ subject: each, cases }) => {
  const registered = registerConformance({ describe, it, subject: each });

  it(`runs at least the ${cases} cases that applied when this was written`, () => {
    expect(registered.run).toBeGreaterThanOrEqual(cases);
  });
});
