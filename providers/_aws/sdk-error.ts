import { readRetryAfter } from '../../src/provider-kit/network-failure.ts';
import type { ServiceFailure } from '../../src/provider-kit/service-failure.ts';

/** What the SDKs put on the errors they throw. */
export interface SdkError extends Error {
  readonly code?: unknown;
  readonly syscall?: string;
  readonly $fault?: unknown;
  readonly $metadata?: {
    readonly httpStatusCode?: number;
    readonly requestId?: string;
    readonly clockSkewCorrected?: boolean;
  };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

/** What the answer in an SDK's error says besides code and message. */
export function readAnswer(
  error: SdkError,
  nowMs: number,
): Pick<ServiceFailure, 'httpStatus' | 'requestId' | 'retryAfterMs'> {
  const { httpStatusCode: httpStatus, requestId } = error.$metadata ?? {};
  return { httpStatus, requestId, retryAfterMs: readPause(error.$response?.headers, nowMs) };
}

/** The code of a socket's error. */
export function socketCodeOf({ code }: SdkError): string | undefined {
  return typeof code === 'string' ? code : undefined;
}

/** The pause that the service asks for. The SDK reads it only for its own retries; the answer is a non-enumerable member of the error. */
function readPause(headers: Readonly<Record<string, string>> = {}, nowMs: number): number | undefined {
  const own = headers['x-amz-retry-after'];
  return own !== undefined && /^\d+$/.test(own) ? Number(own) : readRetryAfter(headers['retry-after'], nowMs);
}
