import { plugin } from '../../../providers/athena/plugin.ts';
import { registerInterleavings } from './interleavings.ts';

registerInterleavings({
  name: 'athena',
  service: 'athena',
  plugin,
  options: { region: 'us-east-1', workgroup: 'spark35' },
  emulator: { athena: { spark35DpuQuota: 1_000 } },
});
