import type { OpenServiceProbe } from '../../src/contract/service-probe.ts';
import { awsProbe } from '../_aws/service-probe.ts';
import type { EmrServerlessConfig } from './options.ts';
import { EmrServerlessSessions } from './provider.ts';

/** Opens the single calls of EMR Serverless for `anysession verify`. */
export const openProbe: OpenServiceProbe<EmrServerlessConfig> = (config, ports) =>
  awsProbe(new EmrServerlessSessions(config, ports), ports);
