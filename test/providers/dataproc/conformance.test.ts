import { behindLayers } from '../../conformance/behind-layers.ts';
import { emulatedSubject, registerSubjects, SLOW_DAY, stormSubjects } from '../athena/emulated-subject.ts';
import { dataprocSetup, TRANSPORTS } from './dataproc-subject.ts';

/** Slow answers, and the other choice wherever the service's behaviour is not documented. */
const undocumented = { terminateEnded: 'ok', maxPageSize: 7, activeAfterTerminateMs: 2_500 } as const;

for (const transport of TRANSPORTS) {
  const setup = dataprocSetup(transport);
  const subject = emulatedSubject(setup);
  const slow = emulatedSubject({
    ...setup,
    name: `${setup.name} on a slow day`,
    emulator: { ...SLOW_DAY, dataproc: undocumented },
  });
  registerSubjects(
    { subject, cases: 45 },
    { subject: behindLayers(subject), cases: 45 },
    { subject: slow, cases: 45 },
    ...stormSubjects(setup).map((storm) => ({ subject: storm, cases: 40 })),
  );
}
