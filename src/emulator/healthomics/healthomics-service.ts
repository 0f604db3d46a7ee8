import { restJson } from '../rest-json.ts';
import type { EmulatedService, Protocol } from '../service.ts';
import { header } from '../wire.ts';
import type { World } from '../world.ts';
import { batchOperations } from './batch-operations.ts';
import { HealthOmicsAccount } from './healthomics-account.ts';
import { HEALTHOMICS_ERRORS, refusal } from './healthomics-errors.ts';
import { toHealthOmicsConfig, type HealthOmicsOptions } from './healthomics-options.ts';
import { runOperations } from './run-operations.ts';

/** AWS HealthOmics: run batches and the runs in them. */
export function createHealthOmics(world: World, options: HealthOmicsOptions): EmulatedService {
  const config = toHealthOmicsConfig(options, world.startupMs);
  const account = new HealthOmicsAccount(world, config);
  const protocol = restJson({ ...batchOperations(account), ...runOperations(account) });
  return {
    id: 'healthomics',
    signingName: 'omics',
    protocol: config.requireHostPrefix ? behindPrefix(protocol) : protocol,
    errors: HEALTHOMICS_ERRORS,
    sessions: () => [],
    batches: () =>
      account.everStarted().map((batch) => {
        const states = batch.settings.map((_setting, index) => batch.runStatusOf(index));
        const started = states.filter((state) => state !== undefined);
        const live = started.filter((state) => ['PENDING', 'STARTING', 'RUNNING', 'STOPPING'].includes(state));
        return {
          id: batch.id,
          token: batch.request.requestId,
          status: batch.status,
          totalRuns: batch.settings.length,
          startedRuns: started.length,
          liveRuns: live.length,
        };
      }),
  };
}

/** The real batch calls go to `workflows-omics.REGION.amazonaws.com`; a client that leaves the prefix out reaches nobody. */
function behindPrefix(protocol: Protocol): Protocol {
  return {
    ...protocol,
    route(request) {
      if (header(request, 'host')?.startsWith('workflows-') === true) return protocol.route(request);
      throw refusal(
        'ResourceNotFoundException',
        'There is nothing here; batches are behind the host prefix workflows-.',
      );
    },
  };
}
