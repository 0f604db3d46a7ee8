import { describe, expect, it } from 'vitest';
import { registerConformance, type FaultKind } from '../../../src/conformance/index.ts';
import { plugin } from '../../../providers/athena/plugin.ts';
import { behindLayers } from '../../conformance/behind-layers.ts';
import { emulatedSubject } from './emulated-subject.ts';
import { inStorm, STORM, STORM_SEEDS } from './storm.ts';

const FAULTS: readonly FaultKind[] = [
  'forbidden',
  'throttled',
  'unavailable',
  'no-answer',
  'lost-answer',
  'broken-start',
  'broken-calculation',
  'unknown-state',
  'degraded',
  'busy',
  'idle',
];

/** The quota is not what is tested here: the kit starts more sessions than four DPUs bear. */
const ROOM = { athena: { spark35DpuQuota: 1_000, pyspark3DpuQuota: 1_000 } };

const common = {
  service: 'athena',
  plugin,
  emulator: ROOM,
  faults: FAULTS,
  unknownSessionId: '00000000-0000-4000-8000-000000000000',
} as const;
const RATES = { readsPerSecond: 1_000, writesPerSecond: 1_000 };

const spark35 = emulatedSubject({
  ...common,
  name: 'athena on Spark 3.5',
  options: { region: 'us-east-1', workgroup: 'spark35', engine: 'spark-3.5', ...RATES },
});
const pyspark3 = emulatedSubject({
  ...common,
  name: 'athena on PySpark 3',
  emulator: { athena: { ...ROOM.athena, calculationMs: 10_000 } },
  options: { region: 'us-east-1', workgroup: 'pyspark3', engine: 'pyspark-v3', ...RATES },
});
const auto = emulatedSubject({
  ...common,
  name: 'athena that reads its workgroup',
  options: { region: 'us-east-1', workgroup: 'spark35', ...RATES },
});
/** Slow answers, and the other choice wherever the service's own is not documented. */
const slow = emulatedSubject({
  ...common,
  name: 'athena on a slow day',
  emulator: {
    seed: 11,
    faults: [{ kind: 'slow', delayMs: 30, probability: 0.3 }],
    athena: {
      ...ROOM.athena,
      createdMs: 0,
      endpointBeforeReady: 'empty',
      unknownSessionCode: 'ResourceNotFoundException',
    },
  },
  options: { region: 'us-east-1', workgroup: 'spark35', engine: 'spark-3.5', ...RATES },
});

const storms = STORM_SEEDS.map((seed) =>
  emulatedSubject({
    ...common,
    name: `athena in storm ${seed}`,
    faults: inStorm(FAULTS),
    emulator: { ...ROOM, seed, faults: STORM },
    options: { region: 'us-east-1', workgroup: 'spark35', engine: 'spark-3.5', ...RATES },
  }),
);

describe.each([
  { subject: spark35, cases: 54 },
  { subject: behindLayers(spark35), cases: 58 },
  { subject: pyspark3, cases: 63 },
  { subject: behindLayers(pyspark3), cases: 67 },
  { subject: behindLayers(auto), cases: 58 },
  { subject: slow, cases: 54 },
  ...storms.map((subject) => ({ subject: behindLayers(subject), cases: 50 })),
])('$subject.name', ({ subject, cases }) => {
  const registered = registerConformance({ describe, it, subject });

  it(`runs at least the ${cases} cases that applied when this was written`, () => {
    expect(registered.run).toBeGreaterThanOrEqual(cases);
  });
});
