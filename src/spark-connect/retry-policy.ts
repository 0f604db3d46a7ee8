import type { Random } from '../contract/ports.ts';
import { STATUS, type RpcFailure } from './rpc-failure.ts';

/** How often a call is tried again without any answer in between: when the server is away, and when something broke it off. */
const RETRIES_WHILE_AWAY = 8;
const RETRIES_WHEN_BROKEN_OFF = 3;

/** After so many failures in a row, about a second, the cloud is asked. */
const FAILURES_BEFORE_ASKING = 3;

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 10_000;
/** A server may ask for more patience than we have of our own, but not for more than this. */
const LONGEST_ASKED_PAUSE_MS = 10 * 60_000;

/** How often a call that failed so may be tried again without any answer in between; 0 where that cannot help. */
export function retryLimit(failure: RpcFailure): number {
  const { code, errorClass, retryDelayMs, spark } = failure;
  if (failure.isUntrusted) return 0;
  if (code === STATUS.UNAVAILABLE || retryDelayMs !== undefined || errorClass === 'INVALID_CURSOR.DISCONNECTED') {
    return RETRIES_WHILE_AWAY;
  }
  // Spark says why it fails. These two without a reason are how a stream looks that a proxy has reset.
  const isReset = (code === STATUS.INTERNAL || code === STATUS.CANCELLED) && spark === undefined;
  return isReset && errorClass === undefined ? RETRIES_WHEN_BROKEN_OFF : 0;
}

/**
 * Tells whether a token was refused. Proxies of AWS cut the stream of an expired one with UNKNOWN, so near its end that counts too.
 * @see https://github.com/apache/spark/pull/56497 (read 2026-11-21)
 */
export function isTokenRefused({ code }: RpcFailure, tokenNearItsEnd: boolean): boolean {
  if (code === STATUS.UNAUTHENTICATED || code === STATUS.PERMISSION_DENIED) return true;
  return code === STATUS.UNKNOWN && tokenNearItsEnd;
}

/** Tells, once a streak, that a server was away so often that its session may have ended; only its cloud knows. */
export function isAwayForLong({ code }: RpcFailure, failures: number): boolean {
  return code === STATUS.UNAVAILABLE && failures === FAILURES_BEFORE_ASKING;
}

/** How long to wait before the `retry`-th repetition (from 1), milliseconds. */
export function pauseBeforeMs(failure: RpcFailure, retry: number, random: Random): number {
  const grownMs = Math.min(FIRST_PAUSE_MS * 4 ** (retry - 1), LONGEST_PAUSE_MS);
  const askedMs = Math.min(failure.retryDelayMs ?? 0, LONGEST_ASKED_PAUSE_MS);
  return Math.max(askedMs, Math.round(grownMs * (0.75 + random.next() / 4)));
}
