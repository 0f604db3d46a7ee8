import type { ErrorKind } from '../../src/contract/error-kinds.ts';
import { kindOfStage } from '../../src/provider-kit/network-failure.ts';
import type { ServiceFailure } from '../../src/provider-kit/service-failure.ts';
import { concealAddresses } from '../../src/contract/secret-text.ts';
import type { CredentialFetch, Exchange } from './credential-fetch.ts';
import { kindOfAnswer } from './common-codes.ts';
import { withoutKeys } from './conceal-keys.ts';
import { readAnswer, socketCodeOf, type SdkError } from './sdk-error.ts';

/** Nobody got credentials, so the service that needs them got no request. */
export class CredentialsFailure extends Error {
  readonly kind: ErrorKind;
  readonly failure: ServiceFailure;

  /** @param fetch - its last request names the service, which the SDK's errors do not */
  constructor(thrown: unknown, { exchange, reasons }: Pick<CredentialFetch, 'exchange' | 'reasons'>) {
    const cause: SdkError =
      thrown instanceof Error ? thrown : new Error('the function threw a value that is not an Error');
    withoutKeys(cause);
    const { httpStatus = exchange?.httpStatus, ...answer } = readAnswer(cause, Date.now());
    const isUnanswered = exchange !== undefined && exchange.httpStatus === undefined;
    const code = isUnanswered ? (socketCodeOf(cause) ?? cause.name) : cause.name;
    const message = cause.message === CHAIN_ENDED ? reasonOf(reasons) : cause.message;
    const text = exchange === undefined ? message : describe(exchange, code, message);
    super(text, { cause });
    this.name = 'CredentialsFailure';
    this.kind = isUnanswered ? kindOfStage('connect', code) : kindOfRefusal(code, httpStatus);
    this.failure = { ...answer, stage: 'credentials', code, message: text, httpStatus };
  }
}

/** What the SDK's chain says at its end, whatever its sources said. */
const CHAIN_ENDED = 'Could not load credentials from any providers';
/** What sources say that are not configured. */
const NOT_CONFIGURED =
  /^(?:AWS_PROFILE is set|Skipping SSO|Web identity configuration not|Unable to find environment|Profile \S* (?:could not be found|did not contain)|EC2 Instance Metadata Service access|AWS_EC2_METADATA_V1)/;
/** What a process wrote to stderr; the command line before it may hold secrets. */
const COMMAND_FAILED = /^Command failed: .*\n?\s*(.*)/;

function reasonOf(reasons: readonly string[]): string {
  const reason = reasons.findLast((text) => !NOT_CONFIGURED.test(text));
  if (reason === undefined) return 'found none';
  const [, stderr] = COMMAND_FAILED.exec(reason) ?? [];
  return concealAddresses(
    stderr === undefined ? reason : `credential_process failed: ${stderr || 'it wrote nothing to stderr'}`,
  );
}

function describe({ service, operation, httpStatus = 0 }: Exchange, code: string, message: string): string {
  const isFromSdk = code === 'CredentialsProviderError';
  if (httpStatus === 0) return `${service} did not answer ${operation}${isFromSdk ? '' : ` (${code})`}: ${message}`;
  if (httpStatus < 400) return message;
  // The SDK's own error tells less than the status, or of another source.
  const said = /^Could not /.test(message) ? '' : `: ${message}`;
  return `${service} answered ${isFromSdk ? `HTTP ${httpStatus}` : code} to ${operation}${said}`;
}

/** Never a kind of a refused request: the refused request is not the caller's. */
function kindOfRefusal(code: string, httpStatus: number | undefined): ErrorKind {
  const kind = kindOfAnswer(code, httpStatus);
  return kind === 'forbidden' || kind === 'rate-limited' || kind === 'unavailable' ? kind : 'unauthenticated';
}
