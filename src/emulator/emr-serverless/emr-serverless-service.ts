import { restJson } from '../rest-json.ts';
import type { EmulatedService } from '../service.ts';
import type { World } from '../world.ts';
import { applicationOperations } from './application-operations.ts';
import { EmrAccount } from './emr-account.ts';
import { EMR_SERVERLESS_ERRORS } from './emr-serverless-errors.ts';
import { toEmrServerlessConfig, type EmrServerlessOptions } from './emr-serverless-options.ts';
import { sessionOperations } from './session-operations.ts';
import { tagOperations } from './tag-operations.ts';

/** Amazon EMR Serverless: applications and the interactive sessions in them. */
export function createEmrServerless(world: World, options: EmrServerlessOptions): EmulatedService {
  const account = new EmrAccount(world, toEmrServerlessConfig(options, world.startupMs));
  return {
    id: 'emr-serverless',
    signingName: 'emr-serverless',
    protocol: restJson({ ...applicationOperations(account), ...sessionOperations(account), ...tagOperations(account) }),
    errors: EMR_SERVERLESS_ERRORS,
    sessions: () => account.sessions(),
  };
}
