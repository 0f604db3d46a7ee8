import type { Diagnosis } from '../../src/contract/diagnosis.ts';
import { logsOf } from './logs.ts';
import type { DataprocConfig } from './options.ts';

/** What `anysession doctor` checks of Dataproc: a project needs no set-up that a call could show beyond its permissions. */
export const diagnosis: Diagnosis<DataprocConfig> = {
  packages: ['@google-cloud/dataproc'],
  unknownSessionId: 'anysession-doctor-asks-for-no-session',
  address: ({ endpoint }) => endpoint,
  permissions: {
    start: 'dataproc.sessions.create',
    describe: 'dataproc.sessions.get',
    listPage: 'dataproc.sessions.list',
    terminate: 'dataproc.sessions.terminate',
  },
  logs: logsOf,
};
