import type { Random } from '../contract/ports.ts';
import { kindOfStage } from '../provider-kit/network-failure.ts';
import { STATUS, type RpcFailure } from './rpc-failure.ts';

/** How often a call is retried without any answer in between: while the server is unavailable, and after a reset. */
const RETRIES_WHILE_UNAVAILABLE = 8;
const RETRIES_AFTER_RESET = 3;
/** A connection may have been dropped unnoticed. When a new one is silent too, the server is. */
const RETRIES_AFTER_SILENCE = 1;

/** After this many failures in a row, about a second, ask the cloud about the session. */
const FAILURES_BEFORE_RECHECK = 3;

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 10_000;
/** The longest pause that a server may ask for. */
const LONGEST_ASKED_PAUSE_MS = 10 * 60_000;

/** How often a call that failed this way is retried without any answer in between; 0 where a retry cannot help. */
export function retryLimit(failure: RpcFailure): number {
  const { code, errorClass, retryDelayMs, spark } = failure;
  // A certificate, or a refusal of a proxy.
  if (failure.client !== undefined && kindOfStage('connect', failure.client.code) !== 'unavailable') return 0;
  if (failure.isSilence) return RETRIES_AFTER_SILENCE;
  if (code === STATUS.UNAVAILABLE || retryDelayMs !== undefined || errorClass === 'INVALID_CURSOR.DISCONNECTED') {
    return RETRIES_WHILE_UNAVAILABLE;
  }
  // Spark gives a reason. These two statuses without one mean that a proxy has reset the stream.
  const isReset = (code === STATUS.INTERNAL || code === STATUS.CANCELLED) && spark === undefined;
  return isReset && errorClass === undefined ? RETRIES_AFTER_RESET : 0;
}

/**
 * Whether a token was rejected. Proxies of AWS end the stream of an expired one with UNKNOWN, so that counts too when the
 * token is about to expire.
 * @see https://github.com/apache/spark/pull/56497 (read 2026-11-21)
 */
export function isTokenRejected({ code }: RpcFailure, isAboutToExpire: boolean): boolean {
  if (code === STATUS.UNAUTHENTICATED || code === STATUS.PERMISSION_DENIED) return true;
  return code === STATUS.UNKNOWN && isAboutToExpire;
}

/** Whether to ask the cloud about the session, once per streak of failures. */
export function needsRecheck({ code }: RpcFailure, failures: number): boolean {
  return code === STATUS.UNAVAILABLE && failures === FAILURES_BEFORE_RECHECK;
}

/** The pause before the given retry (from 1), milliseconds. */
export function pauseBeforeMs(failure: RpcFailure, retry: number, random: Random): number {
  const askedMs = Math.min(failure.retryDelayMs ?? 0, LONGEST_ASKED_PAUSE_MS);
  return Math.max(askedMs, pauseMs(retry, random));
}

/** A pause that grows with each of the repetitions (from 1), milliseconds. */
export function pauseMs(repetition: number, random: Random): number {
  const grownMs = Math.min(FIRST_PAUSE_MS * 4 ** (repetition - 1), LONGEST_PAUSE_MS);
  return Math.round(grownMs * (0.75 + random.next() / 4));
}
