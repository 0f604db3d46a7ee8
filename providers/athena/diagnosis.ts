import type { Diagnosis, Finding } from '../../src/contract/diagnosis.ts';
import { CallRunner } from '../../src/provider-kit/call-runner.ts';
import { serviceAddress } from '../_aws/service-address.ts';
import { ATHENA_SDK, athenaClient } from './client.ts';
import { toEngine } from './engine.ts';
import { toSessionError } from './errors.ts';
import { logsOf } from './logs.ts';
import type { AthenaConfig } from './options.ts';

/** What `anysession doctor` checks of Athena. Permissions: providers/athena/README.md. */
export const diagnosis: Diagnosis<AthenaConfig> = {
  packages: [ATHENA_SDK],
  unknownSessionId: '00000000-0000-4000-8000-000000000000',
  address: (config) => serviceAddress(config, 'athena'),
  permissions: {
    start: 'athena:StartSession',
    describe: 'athena:GetSession',
    listPage: 'athena:ListSessions',
    terminate: 'athena:TerminateSession',
    endpoint: 'athena:GetSessionEndpoint',
  },
  logs: logsOf,
  noLogs: 'Set `MonitoringConfiguration` in the option `native` of a start, or on the workgroup.',
  async inspect(config, clock, call): Promise<readonly Finding[]> {
    const { workgroup, region } = config;
    const client = athenaClient(config);
    const place = { id: 'athena', scope: `${region}/${workgroup}` };
    try {
      const { WorkGroup: found } = await new CallRunner({ place, clock, toError: toSessionError }).run(
        { operation: 'describe', call },
        (sub) => client.send('GetWorkGroup', { WorkGroup: workgroup }, sub),
      );
      const { EngineVersion: version, ExecutionRole: role } = found?.Configuration ?? {};
      const name = version?.EffectiveEngineVersion ?? version?.SelectedEngineVersion ?? 'an unnamed engine';
      return [
        workgroupFinding({ workgroup, name, state: found?.State }),
        role === undefined && config.executionRoleArn === undefined
          ? {
              check: 'role',
              status: 'warning',
              evidence: `workgroup ${workgroup} has no execution role`,
              fix: 'Set an execution role on the workgroup, or the option executionRoleArn.',
            }
          : { check: 'role', status: 'ok', evidence: config.executionRoleArn ?? role ?? '' },
      ];
    } finally {
      client.close();
    }
  },
};

function workgroupFinding({
  workgroup,
  name,
  state,
}: {
  readonly workgroup: string;
  readonly name: string;
  readonly state: string | undefined;
}): Finding {
  const evidence = `${workgroup} is ${state ?? 'in an unnamed state'} and runs ${name}`;
  const problem = (fix: string): Finding => ({ check: 'workgroup', status: 'problem', evidence, fix });
  if (state === 'DISABLED') return problem(`aws athena update-work-group --work-group ${workgroup} --state ENABLED`);
  const engine = toEngine(name);
  if (engine === 'sql') return problem('Choose a workgroup whose engine is Apache Spark.');
  if (engine === undefined) return problem('Set the option engine to the most similar one.');
  return { check: 'workgroup', status: 'ok', evidence };
}
