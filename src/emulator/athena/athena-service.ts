import { awsJson } from '../aws/aws-protocols.ts';
import { operationsOf, type EmulatedService } from '../service.ts';
import type { World } from '../world.ts';
import { AthenaAccount } from './athena-account.ts';
import { ATHENA_ERRORS } from './athena-errors.ts';
import { CALCULATION_INPUTS, SESSION_INPUTS, WORKGROUP_INPUTS } from './athena-inputs.ts';
import { toAthenaConfig, type AthenaOptions } from './athena-options.ts';
import { calculationHandlers } from './calculation-handlers.ts';
import { sessionHandlers } from './session-handlers.ts';
import { workgroupHandlers } from './workgroup-handlers.ts';

/** Amazon Athena for Apache Spark: sessions, their endpoint and dashboard, calculations, and the workgroups around them. */
export function createAthena(world: World, options: AthenaOptions): EmulatedService {
  const account = new AthenaAccount(world, toAthenaConfig(options, world.startupMs));
  return {
    id: 'athena',
    signingName: 'athena',
    tokenMember: 'ClientRequestToken',
    protocol: awsJson('AmazonAthena', {
      ...operationsOf(SESSION_INPUTS, sessionHandlers(account)),
      ...operationsOf(CALCULATION_INPUTS, calculationHandlers(account)),
      ...operationsOf(WORKGROUP_INPUTS, workgroupHandlers(account)),
    }),
    errors: ATHENA_ERRORS,
    rates: account.config.rates,
    sessions: () => account.sessions(),
    close() {
      for (const session of account.sessions()) session.closePython();
    },
    calculations: () => [...account.calculations.values()].map((calculation) => calculation.truth()),
  };
}
