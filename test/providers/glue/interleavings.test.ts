import { plugin } from '../../../providers/glue/plugin.ts';
import { ROLE } from '../_aws/bench.ts';
import { registerInterleavings } from '../athena/interleavings.ts';

registerInterleavings({
  name: 'glue',
  service: 'glue',
  plugin,
  options: { region: 'us-east-1', roleArn: ROLE },
  operations: ['CreateSession', 'GetSession', 'ListSessions', 'StopSession'],
});
