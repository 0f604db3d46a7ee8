import type { RestOperation } from '../rest-json.ts';
import { operation } from '../service.ts';
import { toRun, toRunDetails } from './batch-answers.ts';
import type { HealthOmicsAccount } from './healthomics-account.ts';
import { refusal } from './healthomics-errors.ts';
import { GET_RUN, LIST_RUNS } from './healthomics-shapes.ts';
import { turnPage } from './turn-page.ts';

/** GetRun and ListRuns, as far as batches need them: there are no other runs. */
export function runOperations(account: HealthOmicsAccount): Readonly<Record<string, RestOperation>> {
  const { world } = account;
  return {
    ListRuns: {
      method: 'GET',
      path: '/run',
      query: ['name', 'runGroupId', 'batchId', 'startingToken', 'maxResults', 'status'],
      definition: operation({
        input: LIST_RUNS,
        run({ startingToken, maxResults, ...filters }, call) {
          const { name, runGroupId, batchId, status } = filters;
          const batches = account.batches().filter((batch) => {
            const isAsked = batchId === undefined || batch.id === batchId;
            return isAsked && (runGroupId === undefined || batch.request.defaultRunSetting.runGroupId === runGroupId);
          });
          const runs = batches.flatMap((batch) => batch.settings.map((setting, index) => ({ batch, setting, index })));
          const { entries, nextToken } = turnPage({
            places: account.places,
            listing: `ListRuns ${JSON.stringify(filters)}`,
            token: startingToken,
            size: call.emptyPage ? 0 : maxResults,
            count: runs.length,
            entry(place) {
              const run = runs[place];
              const state = run?.batch.runStatusOf(run.index);
              if (run === undefined || state === undefined || (status !== undefined && state !== status))
                return undefined;
              const runName = run.setting.name ?? run.batch.request.defaultRunSetting.name;
              return name === undefined || runName === name ? toRun(world, run.batch, run.index) : undefined;
            },
          });
          return { items: entries, nextToken };
        },
      }),
    },
    GetRun: {
      method: 'GET',
      path: '/run/{id}',
      query: ['export'],
      definition: operation({
        input: GET_RUN,
        run({ id }) {
          for (const batch of account.batches()) {
            const index = id.startsWith(batch.runIdPrefix) ? batch.indexOfRun(id) : undefined;
            if (index !== undefined) return toRunDetails(world, batch, index);
          }
          throw refusal('ResourceNotFoundException', `Run ${id} does not exist.`);
        },
      }),
    },
  };
}
