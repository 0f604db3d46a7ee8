import type { ServiceProbes } from '../../src/contract/provider-plugin.ts';
import { awsProbe } from '../_aws/service-probe.ts';
import type { EmrServerlessConfig } from './options.ts';
import { EmrServerlessSessions } from './provider.ts';

/** The single calls of EMR Serverless for `anysession verify`. */
export const probes: ServiceProbes<EmrServerlessConfig> = {
  open: (config, ports) => awsProbe(new EmrServerlessSessions(config, ports), ports),
};
