import type { ServiceProbes } from '../../src/contract/provider-plugin.ts';
import { awsProbe } from '../_aws/service-probe.ts';
import type { EmrEc2Config } from './options.ts';
import { EmrEc2Sessions } from './provider.ts';

/** The single calls of EMR on EC2 for `anysession verify`. */
export const probes: ServiceProbes<EmrEc2Config> = {
  open: (config, ports) => awsProbe(new EmrEc2Sessions(config, ports), ports),
};
