import type { RestOperation } from '../rest-json.ts';
import { operation } from '../service.ts';
import { batchArn, toBatch, toBatchItem, toRow } from './batch-answers.ts';
import type { HealthOmicsAccount } from './healthomics-account.ts';
import { refusal } from './healthomics-errors.ts';
import {
  LIST_BATCH,
  LIST_RUNS_IN_BATCH,
  ONE_BATCH,
  START_RUN_BATCH,
  type BATCH_STATUSES,
} from './healthomics-shapes.ts';
import type { OmicsBatch } from './omics-batch.ts';
import { turnPage } from './turn-page.ts';

type BatchStatus = (typeof BATCH_STATUSES)[number];

const BATCHES = '/runBatch';
const BATCH = '/runBatch/{batchId}';

/** @see https://docs.aws.amazon.com/omics/latest/dev/run-batches.html (which state allows what, read 2026-11-20) */
const ALLOWED = {
  cancelled: ['PENDING', 'SUBMITTING', 'INPROGRESS'],
  'rid of its runs': ['PROCESSED', 'CANCELLED'],
  deleted: ['PROCESSED', 'FAILED', 'CANCELLED', 'RUNS_DELETED'],
} as const satisfies Record<string, readonly BatchStatus[]>;

/** StartRunBatch to DeleteBatch: the life of a batch from outside. */
export function batchOperations(account: HealthOmicsAccount): Readonly<Record<string, RestOperation>> {
  const { config, world } = account;

  const requireState = (batch: OmicsBatch, what: keyof typeof ALLOWED): void => {
    const { status } = batch;
    if (ALLOWED[what].some((allowed) => allowed === status)) return;
    throw refusal(
      config.wrongStateCode,
      `Batch ${batch.id} is ${status}; it can be ${what} when ${ALLOWED[what].join(', ')}.`,
    );
  };

  return {
    StartRunBatch: {
      method: 'POST',
      path: BATCHES,
      status: 201,
      definition: operation({
        input: START_RUN_BATCH,
        token: 'requestId',
        run({ requestId: token, ...parameters }) {
          return account.tokens.once({
            scope: 'StartRunBatch',
            token,
            parameters,
            run() {
              const batch = account.start({ requestId: token, ...parameters });
              const { id, status, uuid } = batch;
              return { id, arn: batchArn(world, batch), status, uuid, tags: parameters.tags ?? {} };
            },
            clash: () => refusal(config.requestIdClashCode, 'The requestId was used with other parameters.'),
          });
        },
      }),
    },
    GetBatch: {
      method: 'GET',
      path: BATCH,
      definition: operation({
        input: ONE_BATCH,
        run: ({ batchId }) => toBatch(world, account.requireBatch(batchId)),
      }),
    },
    ListBatch: {
      method: 'GET',
      path: BATCHES,
      query: ['maxItems', 'startingToken', 'status', 'name', 'runGroupId'],
      definition: operation({
        input: LIST_BATCH,
        run({ maxItems, startingToken, ...filters }, call) {
          refuseTwoFilters(filters);
          const { status, name, runGroupId } = filters;
          const batches = account.batches();
          const { entries, nextToken } = turnPage({
            places: account.places,
            listing: `ListBatch ${JSON.stringify(filters)}`,
            token: startingToken,
            size: call.emptyPage ? 0 : maxItems,
            count: batches.length,
            entry(place) {
              const batch = batches[place];
              if (batch === undefined || (status !== undefined && batch.status !== status)) return undefined;
              if (name !== undefined && batch.request.batchName !== name) return undefined;
              if (runGroupId !== undefined && batch.request.defaultRunSetting.runGroupId !== runGroupId)
                return undefined;
              return toBatchItem(batch);
            },
          });
          return { items: entries, nextToken };
        },
      }),
    },
    ListRunsInBatch: {
      method: 'GET',
      path: `${BATCH}/run`,
      query: ['maxItems', 'startingToken', 'submissionStatus', 'runSettingId', 'runId'],
      definition: operation({
        input: LIST_RUNS_IN_BATCH,
        run({ batchId, maxItems, startingToken, ...filters }, call) {
          refuseTwoFilters(filters);
          const batch = account.requireBatch(batchId);
          const { submissionStatus, runSettingId, runId } = filters;
          const { entries, nextToken } = turnPage({
            places: account.places,
            listing: `ListRunsInBatch ${batchId} ${JSON.stringify(filters)}`,
            token: startingToken,
            size: call.emptyPage ? 0 : maxItems,
            count: batch.settings.length,
            entry(place) {
              if (submissionStatus !== undefined && batch.submissionOf(place) !== submissionStatus) return undefined;
              if (runSettingId !== undefined && batch.settings[place]?.runSettingId !== runSettingId) return undefined;
              if (runId !== undefined && batch.runIdOf(place) !== runId) return undefined;
              return toRow(world, batch, place);
            },
          });
          return { runs: entries, nextToken };
        },
      }),
    },
    CancelRunBatch: {
      method: 'POST',
      path: `${BATCHES}/cancel`,
      status: 202,
      definition: operation({
        input: ONE_BATCH,
        run({ batchId }) {
          const batch = account.requireBatch(batchId);
          requireState(batch, 'cancelled');
          batch.cancel();
          return {};
        },
      }),
    },
    DeleteRunBatch: {
      method: 'POST',
      path: `${BATCHES}/delete`,
      status: 202,
      definition: operation({
        input: ONE_BATCH,
        run({ batchId }) {
          const batch = account.requireBatch(batchId);
          requireState(batch, 'rid of its runs');
          batch.deleteRuns();
          return {};
        },
      }),
    },
    DeleteBatch: {
      method: 'DELETE',
      path: BATCH,
      status: 202,
      definition: operation({
        input: ONE_BATCH,
        run({ batchId }) {
          const batch = account.requireBatch(batchId);
          requireState(batch, 'deleted');
          account.forget(batch);
          return {};
        },
      }),
    },
  };
}

/** The lists take one filter a call. */
function refuseTwoFilters(filters: object): void {
  const given = Object.keys(filters);
  if (given.length > 1) throw refusal('ValidationException', `Only one filter is allowed, not ${given.join(' and ')}.`);
}
