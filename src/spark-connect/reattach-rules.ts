import type { ConnectChannel } from './connect-channel.ts';
import { STATUS, type RpcFailure } from './rpc-failure.ts';

/** After how many answers the server is told to release them. */
export const RELEASE_EVERY = 16;

/** Error classes for an operation that the server does not know. */
const UNKNOWN_OPERATION: readonly (string | undefined)[] = [
  'INVALID_HANDLE.OPERATION_NOT_FOUND',
  'INVALID_HANDLE.SESSION_NOT_FOUND',
];
const KNOWN_OPERATION = 'INVALID_HANDLE.OPERATION_ALREADY_EXISTS';
/** With these statuses the server has not read the request. */
const REJECTED_UNREAD: readonly number[] = [STATUS.UNAUTHENTICATED, STATUS.PERMISSION_DENIED];

/** Whether the server does not know the operation. Before the first answer that means: the request did not arrive. */
export function isUnknownOperation({ errorClass }: RpcFailure): boolean {
  return UNKNOWN_OPERATION.includes(errorClass);
}

/** Whether the server has the operation already: the request arrived although its stream broke. */
export function isKnownOperation({ errorClass }: RpcFailure): boolean {
  return errorClass === KNOWN_OPERATION;
}

/** Whether a request of which nothing but this failure came back may have arrived: then reattach first, not every server detects a second one. */
export function mayHaveBeenRead({ code }: RpcFailure): boolean {
  return !REJECTED_UNREAD.includes(code);
}

/**
 * Whether a request may have arrived.
 * @param breaksBefore - the channel's count when the request was sent. Without an open connection since, it cannot have arrived.
 */
export function mayHaveArrived({ isOpen, breaks }: ConnectChannel, breaksBefore: number): boolean {
  return isOpen || breaks > breaksBefore;
}
