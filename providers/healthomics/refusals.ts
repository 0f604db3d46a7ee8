import type { BatchObservation } from '../../src/contract/batch-observation.ts';
import type { BatchOperation } from '../../src/contract/operations.ts';
import { SessionError } from '../../src/contract/session-error.ts';

/** Whether the service refused a call with a code that has several reasons. */
export function isRefusal(error: unknown): error is SessionError {
  return (
    SessionError.is(error, 'conflict') || (SessionError.is(error, 'invalid-request') && error.native !== undefined)
  );
}

const WHEN: Partial<Readonly<Record<BatchOperation, string>>> = {
  cancel: 'a batch can be cancelled from PENDING until it ends',
  deleteRuns: 'runs can be deleted when the batch is PROCESSED or CANCELLED',
  deleteRecord: 'a record can be deleted when the batch is PROCESSED, FAILED, CANCELLED or RUNS_DELETED',
};

/** The refusal, explained by the state of the batch. */
export function explained(refused: SessionError, { handle, nativeState }: BatchObservation): SessionError {
  const { operation, native } = refused;
  const when = WHEN[operation as BatchOperation] ?? 'try again later';
  return new SessionError('conflict', `${operation} was refused: batch '${handle.id}' is ${nativeState}; ${when}`, {
    operation,
    provider: 'healthomics',
    handle,
    native,
    cause: refused,
  });
}
