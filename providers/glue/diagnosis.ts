import type { Diagnosis } from '../../src/contract/diagnosis.ts';
import { serviceAddress } from '../_aws/service-address.ts';
import { GLUE_SDK } from './client.ts';
import { logsOf } from './logs.ts';
import type { GlueConfig } from './options.ts';

/** What `anysession doctor` checks of Glue: an account needs no set-up that a call could show beyond its permissions. */
export const diagnosis: Diagnosis<GlueConfig> = {
  packages: [GLUE_SDK],
  unknownSessionId: 'anysession-doctor-asks-for-no-session',
  address: (config) => serviceAddress(config, 'glue'),
  permissions: {
    start: 'glue:CreateSession, glue:TagResource, and iam:PassRole on the role',
    describe: 'glue:GetSession',
    listPage: 'glue:ListSessions',
    terminate: 'glue:StopSession',
    endpoint: 'glue:GetSessionEndpoint',
  },
  logs: logsOf,
};
