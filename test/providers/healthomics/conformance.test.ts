import { describe, expect, it } from 'vitest';
import { BATCH_CASES, registerBatchConformance } from '../../../src/conformance/index.ts';
import { STORM, STORM_SEEDS } from '../athena/storm.ts';
import { healthOmicsSubject } from './batch-subject.ts';

const subjects = [
  healthOmicsSubject({ name: 'healthomics' }),
  healthOmicsSubject({ name: 'healthomics behind the layers', layered: true }),
  ...STORM_SEEDS.map((seed) =>
    healthOmicsSubject({
      name: `healthomics behind the layers in storm ${seed}`,
      layered: true,
      emulator: { seed, faults: STORM },
    }),
  ),
];

describe('healthomics and the kit of run batches', () => {
  for (const subject of subjects) {
    const registered = registerBatchConformance({ describe, it, subject });
    it(`every case applies to ${subject.name}`, () => {
      expect(registered).toEqual({ run: BATCH_CASES.length, notApplicable: [] });
    });
  }
});
