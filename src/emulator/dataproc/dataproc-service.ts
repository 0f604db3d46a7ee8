import { operationsOf, type EmulatedService, type Protocol } from '../service.ts';
import type { World } from '../world.ts';
import { DataprocAccount } from './dataproc-account.ts';
import { dataprocHandlers } from './dataproc-handlers.ts';
import { INPUTS } from './dataproc-inputs.ts';
import { BearerCheck } from './bearer-check.ts';
import { quotaOf, toDataprocConfig, type DataprocOptions } from './dataproc-options.ts';
import { DATAPROC_ERRORS } from './google-errors.ts';
import { googleRest, googleRpc } from './google-protocols.ts';

/** Google Dataproc's serverless sessions and the operations over them, on one store for both of their protocols. */
export function createDataproc(world: World, options: DataprocOptions): EmulatedService & { readonly rpc: Protocol } {
  const config = toDataprocConfig(options, world.startupMs);
  const account = new DataprocAccount(world, config);
  const bearers = new BearerCheck(world.timeline, config);
  const operations = operationsOf(INPUTS, dataprocHandlers(account));
  return {
    id: 'dataproc',
    tokenMember: 'requestId',
    protocol: googleRest(operations, bearers),
    rpc: googleRpc(operations, bearers),
    errors: DATAPROC_ERRORS,
    rates: account.config.rates,
    quotaOf,
    sessions: () => account.sessions(),
  };
}
