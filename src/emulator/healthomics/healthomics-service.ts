import { REST_ERRORS, restError } from '../aws/aws-errors.ts';
import { restJson } from '../aws/aws-protocols.ts';
import { operationsOf, type BatchTruth, type EmulatedService, type Protocol } from '../service.ts';
import { header } from '../wire.ts';
import type { World } from '../world.ts';
import { batchHandlers } from './batch-handlers.ts';
import { HealthOmicsAccount } from './healthomics-account.ts';
import { INPUTS, LIVE_RUN_STATUSES, ROUTES } from './healthomics-inputs.ts';
import { toHealthOmicsConfig, type HealthOmicsOptions } from './healthomics-options.ts';
import type { OmicsBatch } from './omics-batch.ts';

/** AWS HealthOmics: run batches and the runs in them. */
export function createHealthOmics(world: World, options: HealthOmicsOptions): EmulatedService {
  const config = toHealthOmicsConfig(options, world.startupMs);
  const account = new HealthOmicsAccount(world, config);
  const protocol = restJson(ROUTES, operationsOf(INPUTS, batchHandlers(account)));
  return {
    id: 'healthomics',
    signingName: 'omics',
    tokenMember: 'requestId',
    protocol: config.requireHostPrefix ? behindPrefix(protocol) : protocol,
    errors: REST_ERRORS,
    rates: account.config.rates,
    sessions: () => [],
    batches: () => account.everStarted().map(toTruth),
  };
}

function toTruth(batch: OmicsBatch): BatchTruth {
  const { id, status, settings, request } = batch;
  const states = settings.flatMap((_setting, index) => batch.runStatusOf(index) ?? []);
  const live = states.filter((state) => LIVE_RUN_STATUSES.some((each) => each === state));
  return {
    id,
    token: request.requestId,
    status,
    totalRuns: settings.length,
    startedRuns: states.length,
    liveRuns: live.length,
  };
}

/** The real batch calls go to `workflows-omics.REGION.amazonaws.com`; a client without the prefix reaches another service. */
function behindPrefix(protocol: Protocol): Protocol {
  return {
    ...protocol,
    route(request) {
      if (header(request, 'host')?.startsWith('workflows-') === true) return protocol.route(request);
      throw restError('ResourceNotFoundException', 'Not found. Batch calls need the host prefix workflows-.');
    },
  };
}
