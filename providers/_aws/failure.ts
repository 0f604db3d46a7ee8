import type { ErrorKind } from '../../src/contract/error-kinds.ts';
import { kindOfStage, networkStage } from '../../src/provider-kit/network-failure.ts';
import type { ServiceFailure } from '../../src/provider-kit/service-failure.ts';
import { ClockError } from './clock-skew.ts';
import { kindOfAnswer } from './common-codes.ts';
import { CredentialsFailure } from './credentials-failure.ts';
import { readAnswer, socketCodeOf, type SdkError } from './sdk-error.ts';

/** The names under which the credential providers of the SDK fail. */
const CREDENTIAL_ERRORS: ReadonlySet<string> = new Set([
  'CredentialsProviderError',
  'TokenProviderError',
  'ProviderError',
]);

/** Reads what an SDK threw. */
export function readFailure(thrown: unknown, nowMs: number): ServiceFailure {
  const error = (thrown instanceof Error ? thrown : new Error(String(thrown))) as SdkError;
  if (error instanceof CredentialsFailure) return error.failure;
  if (error instanceof ClockError) return { ...readFailure(error.cause, nowMs), message: error.message };
  const answer = readAnswer(error, nowMs);
  const socketCode = socketCodeOf(error);
  const { name, message } = error;
  if (CREDENTIAL_ERRORS.has(name)) return { ...answer, stage: 'credentials', code: name, message };
  if (answer.httpStatus !== undefined) {
    // Without a fault it is the SDK that complains: it cannot read the answer.
    return { ...answer, stage: 'answer', code: name, message: error.$fault === undefined ? '' : message };
  }
  if (socketCode === undefined && name !== 'TimeoutError') return { ...answer, stage: 'local', code: name, message };
  return { ...answer, stage: networkStage(socketCode ?? '', error.syscall), code: socketCode ?? name, message };
}

/** The kind of a failure that no error table of a service covers. */
export function commonKind({ stage, code, httpStatus }: ServiceFailure): ErrorKind {
  return stage === 'answer' ? kindOfAnswer(code, httpStatus) : kindOfStage(stage, code);
}

/** Whether the service may have acted although the call failed. */
export function mayHaveActed({ stage, code, httpStatus = 0 }: ServiceFailure): boolean {
  // A 4xx status is a refusal. A 5xx status and an unreadable answer leave it open, and so does a request that timed out there.
  const isRefused = httpStatus >= 400 && httpStatus < 500 && code !== 'RequestTimeoutException';
  return stage === 'wire' || (stage === 'answer' && !isRefused);
}
