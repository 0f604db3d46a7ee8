import type { ErrorKind } from '../../src/contract/error-kinds.ts';
import { kindOfStage } from '../../src/provider-kit/network-failure.ts';
import type { ServiceFailure } from '../../src/provider-kit/service-failure.ts';
import type { Exchange } from './credential-fetch.ts';
import { kindOfAnswer } from './common-codes.ts';
import { withoutKeys } from './conceal-keys.ts';
import { readAnswer, socketCodeOf, type SdkError } from './sdk-error.ts';

/** Nobody got credentials, so the service that needs them got no request. */
export class CredentialsFailure extends Error {
  readonly kind: ErrorKind;
  readonly failure: ServiceFailure;

  /** @param exchange - the last request of the fetch: the SDK's errors do not name the service that they come from. */
  constructor(thrown: unknown, exchange: Exchange | undefined) {
    const cause: SdkError =
      thrown instanceof Error ? thrown : new Error('the function threw a value that is not an Error');
    withoutKeys(cause);
    const { httpStatus = exchange?.httpStatus, ...answer } = readAnswer(cause, Date.now());
    const isUnanswered = exchange !== undefined && exchange.httpStatus === undefined;
    const code = isUnanswered ? (socketCodeOf(cause) ?? cause.name) : cause.name;
    const text = exchange === undefined ? cause.message : describe(exchange, code, cause.message);
    super(text, { cause });
    this.name = 'CredentialsFailure';
    this.kind = isUnanswered ? kindOfSilence(code) : kindOfRefusal(code, httpStatus);
    this.failure = { ...answer, stage: 'credentials', code, message: text, httpStatus };
  }
}

function describe({ service, operation, httpStatus }: Exchange, code: string, message: string): string {
  if (httpStatus === undefined) return `${service} did not answer ${operation} (${code}): ${message}`;
  return httpStatus < 400 ? message : `${service} answered ${code} to ${operation}: ${message}`;
}

function kindOfSilence(code: string): ErrorKind {
  return kindOfStage('connect', code);
}

/** Never a kind of a refused request: the refused request is not the caller's. */
function kindOfRefusal(code: string, httpStatus: number | undefined): ErrorKind {
  const kind = kindOfAnswer(code, httpStatus);
  return kind === 'forbidden' || kind === 'rate-limited' || kind === 'unavailable' ? kind : 'unauthenticated';
}
