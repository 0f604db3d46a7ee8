import type { Diagnosis, Finding } from '../../src/contract/diagnosis.ts';
import { CallRunner } from '../../src/provider-kit/call-runner.ts';
import { serviceAddress } from '../_aws/service-address.ts';
import { EMR_SDK, emrClient } from './client.ts';
import { whyNoSessions } from './cluster.ts';
import { toSessionError } from './errors.ts';
import { logsOf } from './logs.ts';
import type { EmrEc2Config } from './options.ts';

/** What `anysession doctor` checks of EMR on EC2. Permissions: providers/emr-ec2/README.md. */
export const diagnosis: Diagnosis<EmrEc2Config> = {
  packages: [EMR_SDK],
  unknownSessionId: 'is-0000000000000',
  address: (config) => serviceAddress(config, 'elasticmapreduce'),
  permissions: {
    start: 'elasticmapreduce:StartSession, and iam:PassRole on the execution role',
    describe: 'elasticmapreduce:GetSession',
    listPage: 'elasticmapreduce:ListSessions',
    terminate: 'elasticmapreduce:TerminateSession',
    endpoint: 'elasticmapreduce:GetSessionEndpoint',
  },
  logs: logsOf,
  noLogs: 'Set `MonitoringConfiguration` in the option `native` of a start.',
  async inspect(config, clock, call): Promise<readonly Finding[]> {
    const { clusterId, region } = config;
    const client = emrClient(config);
    const place = { id: 'emr-ec2', scope: `${region}/${clusterId}` };
    try {
      const { Cluster: cluster } = await new CallRunner({ place, clock, toError: toSessionError }).run(
        { operation: 'describe', call },
        (sub) => client.send('DescribeCluster', { ClusterId: clusterId }, sub),
      );
      if (cluster === undefined) return [];
      const { ReleaseLabel: release = 'an unnamed release', Status: { State: state = 'in an unnamed state' } = {} } =
        cluster;
      const seen = { check: 'cluster', evidence: `${clusterId} (${release}) is ${state}` } as const;
      const refused = whyNoSessions(cluster);
      return [refused === undefined ? { ...seen, status: 'ok' } : { ...seen, status: 'problem', fix: refused.message }];
    } finally {
      client.close();
    }
  },
};
