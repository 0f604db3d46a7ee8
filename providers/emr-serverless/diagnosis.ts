import type { Diagnosis, Finding } from '../../src/contract/diagnosis.ts';
import { CallRunner } from '../../src/provider-kit/call-runner.ts';
import { serviceAddress } from '../_aws/service-address.ts';
import { whyNoSessions, whyNotStartable } from './application.ts';
import { EMR_SERVERLESS_SDK, emrServerlessClient } from './client.ts';
import { toSessionError } from './errors.ts';
import { logsOf } from './logs.ts';
import type { EmrServerlessConfig } from './options.ts';

/** What `anysession doctor` checks of EMR Serverless. Permissions: providers/emr-serverless/README.md. */
export const diagnosis: Diagnosis<EmrServerlessConfig> = {
  packages: [EMR_SERVERLESS_SDK],
  unknownSessionId: '00000000000000000000',
  address: (config) => serviceAddress(config, 'emr-serverless'),
  permissions: {
    start: 'emr-serverless:StartSession and iam:PassRole on the execution role',
    describe: 'emr-serverless:GetSession',
    listPage: 'emr-serverless:ListSessions',
    terminate: 'emr-serverless:TerminateSession',
    endpoint: 'emr-serverless:GetSessionEndpoint',
  },
  logs: logsOf,
  async inspect(config, clock, call): Promise<readonly Finding[]> {
    const { applicationId, region, startApplication } = config;
    const client = emrServerlessClient(config);
    const place = { id: 'emr-serverless', scope: `${region}/${applicationId}` };
    try {
      const { application } = await new CallRunner({ place, clock, toError: toSessionError }).run(
        { operation: 'describe', call },
        (sub) => client.send('GetApplication', { applicationId }, sub),
      );
      if (application === undefined) return [];
      const { releaseLabel = 'an unnamed release', state = 'in an unnamed state', type = '' } = application;
      const evidence = `${applicationId} (${type} ${releaseLabel}) is ${state}`;
      const refused = whyNoSessions(application) ?? (startApplication ? undefined : whyNotStartable(application));
      return [
        refused === undefined
          ? { check: 'application', status: 'ok', evidence }
          : { check: 'application', status: 'problem', evidence, fix: refused.message },
      ];
    } finally {
      client.close();
    }
  },
};
