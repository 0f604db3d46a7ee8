import { plugin } from '../../../providers/emr-ec2/plugin.ts';
import { behindLayers } from '../../conformance/behind-layers.ts';
import { ROLE } from '../_aws/bench.ts';
import { emulatedSubject, FAULTS, registerSubjects, SLOW_DAY, stormSubjects } from '../athena/emulated-subject.ts';

const setup = {
  service: 'emr' as const,
  plugin,
  name: 'emr-ec2',
  options: {
    region: 'us-east-1',
    clusterId: 'j-EMULATED1',
    executionRoleArn: ROLE,
    readsPerSecond: 1_000,
    writesPerSecond: 1_000,
  },
  faults: [...FAULTS, 'busy', 'idle'] as const,
  unknownSessionId: 'is-0000000000AAA',
};

/** Slow answers, and the other choice wherever the service's behaviour is not documented. */
const undocumented = {
  startedMs: 300,
  terminateEnded: 'InvalidRequestException',
  unknownSessionCode: 'ResourceNotFoundException',
  endpointFrom: 'STARTED',
  credentials: 'username-password',
  stateChangeReasons: 'never',
} as const;

const subject = emulatedSubject(setup);
const slow = emulatedSubject({
  ...setup,
  name: 'emr-ec2 on a slow day',
  emulator: { ...SLOW_DAY, emr: undocumented },
});

registerSubjects(
  { subject, cases: 53 },
  { subject: behindLayers(subject), cases: 55 },
  { subject: slow, cases: 53 },
  ...stormSubjects(setup).map((storm) => ({ subject: storm, cases: 48 })),
);
