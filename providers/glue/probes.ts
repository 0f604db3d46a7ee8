import type { ServiceProbes } from '../../src/contract/provider-plugin.ts';
import { awsProbe } from '../_aws/service-probe.ts';
import type { GlueConfig } from './options.ts';
import { GlueSessions } from './provider.ts';

/** The single calls of Glue for `anysession verify`. */
export const probes: ServiceProbes<GlueConfig> = {
  open: (config, ports) => awsProbe(new GlueSessions(config, ports), ports),
};
