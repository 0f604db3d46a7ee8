import type { ErrorKind } from '../../src/contract/error-kinds.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import type { FailedCall } from '../../src/provider-kit/call-runner.ts';
import {
  kindOfCode,
  toServiceError,
  type Advice,
  type ErrorTable,
  type ServiceFailure,
} from '../../src/provider-kit/service-failure.ts';
import { isAboutClock } from './clock-skew.ts';
import { CredentialsFailure } from './credentials-failure.ts';
import { commonKind, mayHaveActed, readFailure } from './failure.ts';

/** What a provider says about the errors of its service. */
export interface AwsErrorTables<Operation extends string> {
  readonly provider: string;
  /** The service's name in messages, where operations go to more than one service. */
  readonly service: string | ((operation: Operation) => string);
  readonly table: ErrorTable<Operation> | ((operation: Operation) => ErrorTable<Operation>);
  /** Adds to {@link COMMON_ADVICE}. */
  readonly advice: Advice<Operation>;
}

/** How a provider reads errors. */
export interface AwsErrors<Operation extends string> {
  /** The kind of a failure of one operation. */
  readonly toErrorKind: (failure: ServiceFailure, operation: Operation) => ErrorKind;
  /** Turns whatever the SDK threw into a SessionError. */
  readonly toSessionError: (thrown: unknown, failed: FailedCall<Operation>) => SessionError;
}

/** Advice that is the same for every service. */
const COMMON_ADVICE = {
  unauthenticated:
    'run `aws sso login`, or check AWS_PROFILE, the options `profile` and `credentials`, and that `region` is the region of the endpoint',
  'config-invalid': 'check the option `endpoint` and the certificates (NODE_EXTRA_CA_CERTS)',
} as const satisfies Advice<string>;

/** Advice for errors before the service is asked. */
const CREDENTIALS_ADVICE = {
  ...COMMON_ADVICE,
  unauthenticated: 'run `aws sso login`, or check AWS_PROFILE and the options `profile` and `credentials`',
  forbidden: 'check that your own credentials may take the role, and that the role trusts them',
} as const satisfies Advice<string>;

const CLOCK_ADVICE = {
  unauthenticated: 'set the clock of this machine (turn on time synchronization)',
} as const satisfies Advice<string>;

/** Services use the code of a quota for their call rates too: a quota is not retried, a rate is. */
const CALL_RATE = /\brate (?:limit )?exceeded|request rate|too many requests|throttl/i;

/** Makes the error functions of a provider from its tables. */
export function defineAwsErrors<Operation extends string>(tables: AwsErrorTables<Operation>): AwsErrors<Operation> {
  const { provider, service, table } = tables;
  const advice: Advice<Operation> = {
    ...COMMON_ADVICE,
    forbidden: `the README of the provider ${provider} lists the required permissions`,
    ...tables.advice,
  };
  const toErrorKind = (failure: ServiceFailure, operation: Operation): ErrorKind => {
    const rows = typeof table === 'function' ? table(operation) : table;
    const kind = failure.stage === 'answer' ? kindOfCode(rows, failure.code, operation) : undefined;
    if (kind === 'quota-exceeded' && CALL_RATE.test(failure.message)) return 'rate-limited';
    return kind ?? commonKind(failure);
  };
  return {
    toErrorKind,
    toSessionError(thrown, failed) {
      if (SessionError.is(thrown)) return thrown;
      const failure = readFailure(thrown, failed.nowMs);
      return toServiceError(failure, failed, {
        provider,
        service: typeof service === 'function' ? service(failed.operation) : service,
        account: 'AWS',
        kind: thrown instanceof CredentialsFailure ? thrown.kind : toErrorKind(failure, failed.operation),
        mayHaveActed: mayHaveActed(failure),
        advice: adviceFor(failure, advice),
        cause: thrown,
      });
    },
  };
}

function adviceFor<Operation extends string>(
  { stage, code, message }: ServiceFailure,
  advice: Advice<Operation>,
): Advice<Operation> {
  if (stage === 'credentials') return CREDENTIALS_ADVICE;
  return isAboutClock(code, message) ? CLOCK_ADVICE : advice;
}
