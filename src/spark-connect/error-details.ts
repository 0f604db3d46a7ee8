import type { NativeError } from '../contract/session-error.ts';
import { nativeOf } from './failure-to-error.ts';
import type { RpcFailure } from './rpc-failure.ts';
import type { FetchErrorDetailsResponse } from './wire/spark-connect_pb.ts';

/** How long an error is delayed while its details are fetched, milliseconds. */
export const DETAILS_TIMEOUT_MS = 5_000;

/** The server's report of an error, with the details that it keeps about it. Spark 3.5 and Sail keep none. */
export async function fetchDetails(
  failure: RpcFailure,
  fetch: (errorId: string) => Promise<FetchErrorDetailsResponse>,
): Promise<NativeError> {
  const native = nativeOf(failure);
  const errorId = failure.spark?.errorId;
  if (errorId === undefined) return native;
  try {
    return withDetails(native, await fetch(errorId));
  } catch {
    // The error itself matters more than its details.
    return native;
  }
}

function withDetails(native: NativeError, { rootErrorIdx, errors }: FetchErrorDetailsResponse): NativeError {
  const thrown = errors[rootErrorIdx ?? 0]?.sparkThrowable;
  if (thrown === undefined) return native;
  const { errorClass, sqlState, messageParameters, queryContexts } = thrown;
  const places = queryContexts.map(({ fragment, startIndex, stopIndex }) => ({
    fragment,
    start: startIndex,
    stop: stopIndex,
  }));
  return {
    ...native,
    code: errorClass ?? native.code,
    sqlState: sqlState ?? native.sqlState,
    messageParameters,
    ...(places.length > 0 && { queryContexts: places }),
  };
}
