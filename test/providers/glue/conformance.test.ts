import { behindLayers } from '../../conformance/behind-layers.ts';
import { emulatedSubject, registerSubjects, SLOW_DAY, stormSubjects } from '../athena/emulated-subject.ts';
import { glueSetup } from './glue-subject.ts';

/** Slow answers, and the other choice wherever the service's behaviour is not documented. */
const undocumented = {
  takenIdCode: 'IdempotentParameterMismatchException',
  unknownStopCode: 'EntityNotFoundException',
  stopEnded: 'ok',
  endpointNotReadyCode: 'InvalidInputException',
  listsEnded: false,
  statementMs: 10_000,
  failedStatement: 'AVAILABLE',
  cancelEnded: 'InvalidInputException',
  statementsOfEnded: 'ok',
  statementTimes: 'seconds',
} as const;

for (const sessionType of ['spark-connect', 'livy'] as const) {
  const setup = glueSetup(sessionType);
  const subject = emulatedSubject(setup);
  const slow = emulatedSubject({
    ...setup,
    name: `${setup.name} on a slow day`,
    emulator: { ...SLOW_DAY, glue: undocumented },
  });
  registerSubjects(
    { subject, cases: 55 },
    { subject: behindLayers(subject), cases: 60 },
    { subject: slow, cases: 55 },
    ...stormSubjects(setup).map((storm) => ({ subject: storm, cases: 55 })),
  );
}
