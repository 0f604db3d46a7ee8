import { REST_ERRORS } from '../aws/aws-errors.ts';
import { restJson } from '../aws/aws-protocols.ts';
import { operationsOf, type EmulatedService } from '../service.ts';
import type { World } from '../world.ts';
import { applicationHandlers } from './application-handlers.ts';
import { EmrAccount } from './emr-account.ts';
import { APPLICATION_INPUTS, ROUTES, SESSION_INPUTS } from './emr-inputs.ts';
import { toEmrServerlessConfig, type EmrServerlessOptions } from './emr-serverless-options.ts';
import { sessionHandlers } from './session-handlers.ts';

/** Amazon EMR Serverless: applications and the interactive sessions in them. */
export function createEmrServerless(world: World, options: EmrServerlessOptions): EmulatedService {
  const account = new EmrAccount(world, toEmrServerlessConfig(options, world.startupMs));
  return {
    id: 'emr-serverless',
    signingName: 'emr-serverless',
    tokenMember: 'clientToken',
    protocol: restJson(ROUTES, {
      ...operationsOf(APPLICATION_INPUTS, applicationHandlers(account)),
      ...operationsOf(SESSION_INPUTS, sessionHandlers(account)),
    }),
    errors: REST_ERRORS,
    rates: account.config.rates,
    sessions: () => account.sessions(),
  };
}
