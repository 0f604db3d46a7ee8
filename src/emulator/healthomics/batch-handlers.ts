import { restError } from '../aws/aws-errors.ts';
import type { Handlers } from '../service.ts';
import { arnOf, toBatch, toBatchItem, toRow, toRun, toRunDetails } from './batch-answers.ts';
import type { HealthOmicsAccount } from './healthomics-account.ts';
import { CANCELLABLE_STATUSES, type INPUTS } from './healthomics-inputs.ts';
import type { BatchStatus, OmicsBatch } from './omics-batch.ts';

/** The states in which a batch allows an operation. @see https://docs.aws.amazon.com/omics/latest/dev/run-batches.html (read 2026-11-20) */
const ALLOWED = {
  CancelRunBatch: CANCELLABLE_STATUSES,
  DeleteRunBatch: ['PROCESSED', 'CANCELLED'],
  DeleteBatch: ['PROCESSED', 'FAILED', 'CANCELLED', 'RUNS_DELETED'],
} as const satisfies Record<string, readonly BatchStatus[]>;

/** The operations of batches and their runs; there are no other runs. */
export function batchHandlers(account: HealthOmicsAccount): Handlers<typeof INPUTS> {
  const { config, world, pages } = account;

  /** The batch, when its state allows the operation. */
  const batchFor = (operation: keyof typeof ALLOWED, batchId: string): OmicsBatch => {
    const batch = account.requireBatch(batchId);
    const states: readonly BatchStatus[] = ALLOWED[operation];
    if (states.includes(batch.status)) return batch;
    const message = `Batch ${batchId} is ${batch.status}; ${operation} needs ${states.join(', ')}.`;
    throw restError(config.wrongStateCode, message);
  };

  return {
    StartRunBatch: (request, call) =>
      account.tokens.once(call, request, () => {
        const { id, status, uuid } = account.start(request);
        return { id, arn: arnOf(world, 'runBatch', id), status, uuid, tags: request.tags ?? {} };
      }),
    GetBatch: ({ batchId }) => toBatch(world, account.requireBatch(batchId)),
    ListBatch(request, call) {
      const { status, name, runGroupId } = request;
      refuseTwoFilters({ status, name, runGroupId });
      const batches = account.batches();
      const { rows, nextToken } = pages.scan(call, request, batches.length, (position) => {
        const batch = batches[position];
        if (batch === undefined || (status !== undefined && batch.status !== status)) return undefined;
        if (name !== undefined && batch.request.batchName !== name) return undefined;
        if (runGroupId !== undefined && batch.request.defaultRunSetting.runGroupId !== runGroupId) return undefined;
        return toBatchItem(batch);
      });
      return { items: rows, nextToken };
    },
    ListRunsInBatch(request, call) {
      const { submissionStatus, runSettingId, runId } = request;
      refuseTwoFilters({ submissionStatus, runSettingId, runId });
      const batch = account.requireBatch(request.batchId);
      const { rows, nextToken } = pages.scan(call, request, batch.settings.length, (position) => {
        if (submissionStatus !== undefined && batch.submissionOf(position) !== submissionStatus) return undefined;
        if (runSettingId !== undefined && batch.settings[position]?.runSettingId !== runSettingId) return undefined;
        if (runId !== undefined && batch.runIdOf(position) !== runId) return undefined;
        return toRow(world, batch, position);
      });
      return { runs: rows, nextToken };
    },
    CancelRunBatch({ batchId }) {
      batchFor('CancelRunBatch', batchId).cancel();
      return {};
    },
    DeleteRunBatch({ batchId }) {
      batchFor('DeleteRunBatch', batchId).deleteRuns();
      return {};
    },
    DeleteBatch({ batchId }) {
      account.forget(batchFor('DeleteBatch', batchId));
      return {};
    },
    ListRuns({ maxResults, ...request }, call) {
      const { name, runGroupId, batchId, status } = request;
      const batches = account.batches().filter((batch) => {
        const isOfGroup = runGroupId === undefined || batch.request.defaultRunSetting.runGroupId === runGroupId;
        return isOfGroup && (batchId === undefined || batch.id === batchId);
      });
      const runs = batches.flatMap((batch) => batch.settings.map((setting, index) => ({ batch, setting, index })));
      const { rows, nextToken } = pages.scan(call, { ...request, maxItems: maxResults }, runs.length, (position) => {
        const run = runs[position];
        const state = run?.batch.runStatusOf(run.index);
        if (run === undefined || state === undefined || (status !== undefined && state !== status)) return undefined;
        const runName = run.setting.name ?? run.batch.request.defaultRunSetting.name;
        return name === undefined || runName === name ? toRun(world, run.batch, run.index) : undefined;
      });
      return { items: rows, nextToken };
    },
    GetRun({ id }) {
      for (const batch of account.batches()) {
        const index = id.startsWith(batch.runIdPrefix) ? batch.indexOfRun(id) : undefined;
        if (index !== undefined) return toRunDetails(world, batch, index);
      }
      throw restError('ResourceNotFoundException', `Run ${id} does not exist.`);
    },
  };
}

/** The lists accept one filter per call. */
function refuseTwoFilters(filters: Readonly<Record<string, unknown>>): void {
  const given = Object.entries(filters).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (given.length <= 1) return;
  throw restError('ValidationException', `Only one filter is allowed, not ${given.join(' and ')}.`);
}
