import { awsJson } from '../aws-json.ts';
import type { EmulatedService } from '../service.ts';
import type { World } from '../world.ts';
import { AthenaAccount } from './athena-account.ts';
import { ATHENA_ERRORS } from './athena-errors.ts';
import { toAthenaConfig, type AthenaOptions } from './athena-options.ts';
import { calculationOperations } from './calculation-operations.ts';
import { sessionOperations } from './session-operations.ts';
import { tagOperations } from './tag-operations.ts';
import { workgroupOperations } from './workgroup-operations.ts';

/** Amazon Athena for Apache Spark: sessions, their endpoint and dashboard, calculations, and the workgroups around them. */
export function createAthena(world: World, options: AthenaOptions): EmulatedService {
  const account = new AthenaAccount(world, toAthenaConfig(options, world.startupMs));
  return {
    id: 'athena',
    signingName: 'athena',
    protocol: awsJson('AmazonAthena', {
      ...sessionOperations(account),
      ...calculationOperations(account),
      ...workgroupOperations(account),
      ...tagOperations(account),
    }),
    errors: ATHENA_ERRORS,
    sessions: () => account.sessions(),
    calculations: () => [...account.calculations.values()].map((calculation) => calculation.truth()),
  };
}
