import { plugin } from '../../../providers/emr-ec2/plugin.ts';
import { ROLE } from '../_aws/bench.ts';
import { registerInterleavings } from '../athena/interleavings.ts';

registerInterleavings({
  name: 'emr-ec2',
  service: 'emr',
  plugin,
  options: { region: 'us-east-1', clusterId: 'j-EMULATED1', executionRoleArn: ROLE },
});
