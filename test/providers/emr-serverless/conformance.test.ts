import { plugin } from '../../../providers/emr-serverless/plugin.ts';
import { behindLayers } from '../../conformance/behind-layers.ts';
import { ROLE } from '../_aws/bench.ts';
import { emulatedSubject, FAULTS, registerSubjects, SLOW_DAY, stormSubjects } from '../athena/emulated-subject.ts';

const setup = {
  service: 'emr-serverless' as const,
  plugin,
  name: 'emr-serverless',
  options: {
    region: 'us-east-1',
    applicationId: '00emulated1',
    executionRoleArn: ROLE,
    readsPerSecond: 1_000,
    writesPerSecond: 1_000,
  },
  faults: [...FAULTS, 'busy', 'idle'] as const,
  unknownSessionId: '00000000000000aa',
};

/** Slow answers, and the other choice wherever the service's behaviour is not documented. */
const undocumented = {
  startedMs: 300,
  terminateEnded: 'ValidationException',
  tokenClashCode: 'ValidationException',
  endpointNotReadyCode: 'ConflictException',
} as const;

const subject = emulatedSubject(setup);
const slow = emulatedSubject({
  ...setup,
  name: 'emr-serverless on a slow day',
  emulator: { ...SLOW_DAY, emrServerless: undocumented },
});

registerSubjects(
  { subject, cases: 55 },
  { subject: behindLayers(subject), cases: 57 },
  { subject: slow, cases: 55 },
  ...stormSubjects(setup).map((storm) => ({ subject: storm, cases: 50 })),
);
