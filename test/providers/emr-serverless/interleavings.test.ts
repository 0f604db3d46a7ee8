import { plugin } from '../../../providers/emr-serverless/plugin.ts';
import { ROLE } from '../_aws/bench.ts';
import { registerInterleavings } from '../athena/interleavings.ts';

registerInterleavings({
  name: 'emr-serverless',
  service: 'emr-serverless',
  plugin,
  options: { region: 'us-east-1', applicationId: '00emulated1', executionRoleArn: ROLE },
  emulator: { emrServerless: { sessionQuota: 1_000 } },
});
