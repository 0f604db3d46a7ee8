import { describe, expect, it } from 'vitest';
import { registerConformance, type FaultKind } from '../../../src/conformance/index.ts';
import { plugin } from '../../../providers/emr-serverless/plugin.ts';
import { behindLayers } from '../../conformance/behind-layers.ts';
import { emulatedSubject } from '../athena/emulated-subject.ts';
import { inStorm, STORM, STORM_SEEDS } from '../athena/storm.ts';

const FAULTS: readonly FaultKind[] = [
  'forbidden',
  'throttled',
  'unavailable',
  'no-answer',
  'lost-answer',
  'broken-start',
  'unknown-state',
  'busy',
  'idle',
];

const common = {
  service: 'emr-serverless',
  plugin,
  options: {
    region: 'us-east-1',
    applicationId: '00emulated1',
    executionRoleArn: 'arn:aws:iam::123456789012:role/spark',
    readsPerSecond: 1_000,
    writesPerSecond: 1_000,
  },
  faults: FAULTS,
  unknownSessionId: '00000000000000aa',
} as const;

const subject = emulatedSubject({ ...common, name: 'emr-serverless' });

/** Slow answers, and the other choice wherever the service's own is not documented. */
const slow = emulatedSubject({
  ...common,
  name: 'emr-serverless on a slow day',
  emulator: {
    seed: 11,
    faults: [{ kind: 'slow', delayMs: 30, probability: 0.3 }],
    emrServerless: {
      startedMs: 300,
      terminateEnded: 'ValidationException',
      tokenClashCode: 'ValidationException',
      endpointNotReadyCode: 'ConflictException',
    },
  },
});

const storms = STORM_SEEDS.map((seed) =>
  emulatedSubject({
    ...common,
    name: `emr-serverless in storm ${seed}`,
    faults: inStorm(FAULTS),
    emulator: { seed, faults: STORM },
  }),
);

describe.each([
  { subject, cases: 55 },
  { subject: behindLayers(subject), cases: 57 },
  { subject: slow, cases: 55 },
  ...storms.map((storm) => ({ subject: behindLayers(storm), cases: 50 })),
])('$subject.name', ({ subject: each, cases }) => {
  const registered = registerConformance({ describe, it, subject: each });

  it(`runs at least the ${cases} cases that applied when this was written`, () => {
    expect(registered.run).toBeGreaterThanOrEqual(cases);
  });
});
