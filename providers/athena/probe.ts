import type { OpenServiceProbe } from '../../src/contract/service-probe.ts';
import { awsProbe } from '../_aws/service-probe.ts';
import type { AthenaConfig } from './options.ts';
import { AthenaSessions } from './provider.ts';

/** Opens the single calls of Athena for `anysession verify`. */
export const openProbe: OpenServiceProbe<AthenaConfig> = (config, ports) =>
  awsProbe(new AthenaSessions(config, ports), ports);
