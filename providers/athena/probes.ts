import type { ServiceProbes } from '../../src/contract/provider-plugin.ts';
import { awsProbe } from '../_aws/service-probe.ts';
import type { AthenaConfig } from './options.ts';
import { AthenaSessions } from './provider.ts';

/** The single calls of Athena for `anysession verify`. */
export const probes: ServiceProbes<AthenaConfig> = {
  open: (config, ports) => awsProbe(new AthenaSessions(config, ports), ports),
};
