import type { EmulatedService, Protocol } from '../service.ts';
import type { World } from '../world.ts';
import { DataprocAccount } from './dataproc-account.ts';
import { quotaOf, toDataprocConfig, type DataprocOptions } from './dataproc-options.ts';
import { DATAPROC_ERRORS } from './google-errors.ts';
import { googleRest } from './google-rest.ts';
import { googleRpc } from './google-rpc.ts';
import { operationOperations } from './operation-operations.ts';
import { sessionOperations } from './session-operations.ts';

/** Google Dataproc's serverless sessions and the operations over them, on one store for both of their protocols. */
export function createDataproc(world: World, options: DataprocOptions): EmulatedService & { readonly rpc: Protocol } {
  const config = toDataprocConfig(options, world.startupMs);
  const account = new DataprocAccount(world, config);
  const operations = { ...sessionOperations(account), ...operationOperations(account) };
  return {
    id: 'dataproc',
    protocol: googleRest(operations, config),
    rpc: googleRpc(operations, config),
    errors: DATAPROC_ERRORS,
    quotaOf,
    sessions: () => account.sessions(),
  };
}
