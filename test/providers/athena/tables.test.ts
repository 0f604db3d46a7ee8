import * as sdk from '@aws-sdk/client-athena';
import { describe, expect, it } from 'vitest';
import { ATHENA_ERRORS, toErrorKind } from '../../../providers/athena/errors.ts';
import { toEngine } from '../../../providers/athena/engine.ts';
import { ATHENA_STATES, toStateFacts } from '../../../providers/athena/states.ts';
import { ERROR_KINDS, type ServiceFailure } from '../../../src/provider-kit/index.ts';

describe('the state table of athena', () => {
  it('has exactly the states of the SDK', () => {
    expect(ATHENA_STATES.names.toSorted()).toEqual(Object.values(sdk.SessionState).sort());
  });

  it.each([
    ['CREATING', 'creating', false, false, false],
    ['CREATED', 'creating', false, false, false],
    ['IDLE', 'ready', false, true, true],
    ['BUSY', 'busy', false, false, true],
    ['DEGRADED', 'failed', false, false, false],
    ['TERMINATING', 'terminated', false, false, false],
    ['TERMINATED', 'terminated', true, false, false],
    ['FAILED', 'failed', true, false, false],
  ] as const)('%s is %s, final %s, takes work on PySpark 3 %s and on Spark 3.5 %s', (native, state, final, v3, v35) => {
    expect(toStateFacts(native, 'pyspark-v3')).toEqual({ state, final, acceptsWork: v3 });
    expect(toStateFacts(native, 'spark-3.5')).toEqual({ state, final, acceptsWork: v35 });
  });

  it('takes no work when busy on an engine that nobody knows', () => {
    expect(toStateFacts('BUSY', undefined)?.acceptsWork).toBe(false);
  });

  it.each(['', 'HIBERNATING', 'idle', 'constructor', 'toString'])('knows nothing of %j (C-014)', (native) => {
    expect(toStateFacts(native, 'spark-3.5')).toBeUndefined();
  });

  it('turns normalized states back into live native ones only', () => {
    expect(ATHENA_STATES.live(['failed'])).toEqual(['DEGRADED']);
    expect(ATHENA_STATES.live(['terminated'])).toEqual(['TERMINATING']);
    expect(ATHENA_STATES.live(['creating', 'ready'])).toEqual(['CREATING', 'CREATED', 'IDLE']);
  });
});

describe('the error table of athena', () => {
  it('has one row for every exception class that the SDK exports', () => {
    expect(Object.keys(ATHENA_ERRORS).sort()).toEqual(exceptionNames(sdk, sdk.AthenaServiceException));
  });

  it.each([
    ['InvalidRequestException', 'start', 'invalid-request'],
    ['InvalidRequestException', 'listPage', 'invalid-request'],
    ['InvalidRequestException', 'endpoint', 'invalid-request'],
    ['InvalidRequestException', 'dashboard', 'invalid-request'],
    ['InvalidRequestException', 'describe', 'invalid-request'],
    ['InvalidRequestException', 'terminate', 'invalid-request'],
    ['ResourceNotFoundException', 'start', 'not-found'],
    ['ResourceNotFoundException', 'terminate', 'not-found'],
    ['SessionAlreadyExistsException', 'start', 'conflict'],
    ['TooManyRequestsException', 'start', 'quota-exceeded'],
    ['InternalServerException', 'describe', 'unavailable'],
    ['MetadataException', 'describe', 'unexpected'],
    ['ThrottlingException', 'start', 'rate-limited'],
    ['AccessDeniedException', 'start', 'forbidden'],
    ['ExpiredTokenException', 'start', 'unauthenticated'],
    ['UnknownOperationException', 'start', 'unsupported'],
    ['NeverHeardOfException', 'start', 'unexpected'],
    ['constructor', 'start', 'unexpected'],
  ] as const)('takes %s in %s for %s', (code, operation, kind) => {
    expect(toErrorKind(answered(code), operation)).toBe(kind);
    expect(ERROR_KINDS).toHaveProperty(kind);
  });

  it('does not take a socket code for an exception of the same name', () => {
    expect(toErrorKind({ ...answered('InvalidRequestException'), stage: 'wire' }, 'start')).toBe('unavailable');
  });
});

describe('engine names', () => {
  it.each([
    ['PySpark engine version 3', 'pyspark-v3'],
    ['Apache Spark version 3.5', 'spark-3.5'],
    ['Athena engine version 3', 'sql'],
    ['Apache Spark version 4.0', undefined],
    ['AUTO', undefined],
    [undefined, undefined],
  ])('reads %s as %s', (name, engine) => {
    expect(toEngine(name)).toBe(engine);
  });
});

function answered(code: string): ServiceFailure {
  return { stage: 'answer', code, message: 'no', httpStatus: 400, requestId: 'r-1', retryAfterMs: undefined };
}

/** The names of all classes that a module exports below the service's own base exception. */
function exceptionNames(module: object, base: abstract new (...args: never[]) => Error): string[] {
  return Object.entries(module)
    .filter(([, value]) => typeof value === 'function' && value.prototype instanceof base)
    .map(([name]) => name)
    .sort();
}
