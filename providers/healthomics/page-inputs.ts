import type { ListRunsCommandInput, ListRunsInBatchCommandInput } from '@aws-sdk/client-omics';
import type { RunRowFilter } from '../../src/contract/batch-provider.ts';
import { nativesOf, SUBMISSION_STATUSES } from './states.ts';

/** Which page of what batch. */
interface PagePlace {
  readonly batchId: string;
  readonly size: number;
  readonly token: string | undefined;
}

/** The request for a page of rows; the service takes one filter a call. */
export function toRowsInput({ batchId, size, token }: PagePlace, filter: RunRowFilter): ListRunsInBatchCommandInput {
  const [submissionStatus] = filter.by === 'submission' ? nativesOf(SUBMISSION_STATUSES, filter.submission) : [];
  return {
    batchId,
    maxItems: size,
    ...(submissionStatus !== undefined && { submissionStatus }),
    ...(filter.by === 'id' && { runSettingId: filter.id }),
    ...(filter.by === 'runId' && { runId: filter.runId }),
    ...(token !== undefined && { startingToken: token }),
  };
}

/** The request for a page of runs with their states, in one native state where one is named. */
export function toRunsInput(
  { batchId, size, token }: PagePlace,
  status: ListRunsCommandInput['status'],
): ListRunsCommandInput {
  return {
    batchId,
    maxResults: size,
    ...(status !== undefined && { status }),
    ...(token !== undefined && { startingToken: token }),
  };
}
