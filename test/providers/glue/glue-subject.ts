import { plugin } from '../../../providers/glue/plugin.ts';
import { ROLE } from '../_aws/bench.ts';
import { FAULTS, type EmulatedSetup } from '../athena/emulated-subject.ts';

/** The provider with one type of sessions, for the conformance kit. */
export function glueSetup(sessionType: 'spark-connect' | 'livy'): EmulatedSetup {
  return {
    service: 'glue',
    plugin,
    name: `glue with ${sessionType} sessions`,
    options: { region: 'us-east-1', roleArn: ROLE, sessionType, readsPerSecond: 1_000, writesPerSecond: 1_000 },
    emulator: { glue: { statementMs: 10_000 } },
    faults: sessionType === 'livy' ? [...FAULTS, 'broken-calculation'] : FAULTS,
    unknownSessionId: 'as-00000000000000000000000000aa-0',
  };
}
