import * as sdk from '@aws-sdk/client-emr-serverless';
import { describe, expect, it } from 'vitest';
import { EMR_SERVERLESS_ERRORS, toErrorKind } from '../../../providers/emr-serverless/errors.ts';
import { EMR_SERVERLESS_STATES } from '../../../providers/emr-serverless/states.ts';
import { whyNoSessions, whyNotStartable } from '../../../providers/emr-serverless/application.ts';

describe('the state table of emr-serverless', () => {
  it('has exactly the states of the SDK', () => {
    expect(EMR_SERVERLESS_STATES.names.toSorted()).toEqual(Object.values(sdk.SessionState).sort());
  });

  it.each([
    ['SUBMITTED', 'creating', false, false],
    ['STARTING', 'creating', false, false],
    ['STARTED', 'ready', false, true],
    ['IDLE', 'ready', false, true],
    ['BUSY', 'busy', false, true],
    ['TERMINATING', 'terminated', false, false],
    ['TERMINATED', 'terminated', true, false],
    ['FAILED', 'failed', true, false],
  ] as const)('%s is %s, final %s, takes work %s', (native, state, final, acceptsWork) => {
    expect(EMR_SERVERLESS_STATES.facts(native)).toEqual({ state, final, acceptsWork });
  });

  it.each(['', 'QUEUED', 'READY', 'idle', 'constructor'])('knows nothing of %j (C-014)', (native) => {
    expect(EMR_SERVERLESS_STATES.facts(native)).toBeUndefined();
  });

  it('turns normalized states back into live native ones only', () => {
    expect(EMR_SERVERLESS_STATES.live(['failed'])).toEqual([]);
    expect(EMR_SERVERLESS_STATES.live(['ready', 'terminated'])).toEqual(['STARTED', 'IDLE', 'TERMINATING']);
  });
});

describe('the error table of emr-serverless', () => {
  it('has one row for every exception class that the SDK exports', () => {
    const names = Object.entries(sdk)
      .filter(
        ([, value]) => typeof value === 'function' && value.prototype instanceof sdk.EMRServerlessServiceException,
      )
      .map(([name]) => name);
    expect(Object.keys(EMR_SERVERLESS_ERRORS).sort()).toEqual(names.sort());
  });

  it.each([
    ['ConflictException', 409, 'conflict'],
    ['InternalServerException', 500, 'unavailable'],
    ['ResourceNotFoundException', 404, 'not-found'],
    ['ServiceQuotaExceededException', 402, 'quota-exceeded'],
    ['ValidationException', 400, 'invalid-request'],
    ['ThrottlingException', 429, 'rate-limited'],
    ['TooManyRequestsException', 429, 'rate-limited'],
    ['AccessDeniedException', 403, 'forbidden'],
    ['UnrecognizedClientException', 403, 'unauthenticated'],
    ['NeverHeardOfException', 403, 'forbidden'],
    ['NeverHeardOfException', 418, 'unexpected'],
  ] as const)('takes %s with HTTP %i for %s', (code, httpStatus, kind) => {
    const failure = {
      stage: 'answer',
      code,
      message: 'no',
      httpStatus,
      requestId: 'r-1',
      retryAfterMs: undefined,
    } as const;
    expect(toErrorKind(failure, 'start')).toBe(kind);
  });
});

describe('what an application tells', () => {
  const good = {
    applicationId: '00a',
    type: 'SPARK',
    releaseLabel: 'emr-7.13.0',
    interactiveConfiguration: { sessionEnabled: true },
    state: 'CREATED',
  } as sdk.Application;

  it.each([
    [{}, undefined],
    [{ type: 'Spark' }, undefined],
    [{ releaseLabel: 'emr-8.0.0' }, undefined],
    [{ releaseLabel: 'emr-7.20.1' }, undefined],
    [{ releaseLabel: 'emr-spark-8.0.0' }, undefined],
    [{ type: 'HIVE' }, /of type HIVE/],
    [{ releaseLabel: 'emr-7.12.0' }, /emr-7\.13\.0 or later/],
    [{ releaseLabel: 'emr-6.15.0' }, /emr-7\.13\.0 or later/],
    [{ interactiveConfiguration: { sessionEnabled: false } }, /not enabled/],
    [{ interactiveConfiguration: undefined }, /not enabled/],
  ])('%j: %s', (change, expected) => {
    const problem = whyNoSessions({ ...good, ...change });
    if (expected === undefined) expect(problem).toBeUndefined();
    else expect(problem).toMatchObject({ kind: 'invalid-request', message: expect.stringMatching(expected) });
  });

  it.each([
    [{ state: 'STARTED' }, undefined],
    [{ state: 'STARTING' }, undefined],
    [{ state: 'CREATED' }, undefined],
    [{ state: 'STOPPED', autoStartConfiguration: { enabled: true } }, undefined],
    [{ state: 'STOPPED', autoStartConfiguration: { enabled: false } }, /startApplication: true/],
    [{ state: 'STOPPING' }, /STOPPING/],
    [{ state: 'TERMINATED' }, /deleted/],
  ])('%j may start: %s', (change, expected) => {
    const problem = whyNotStartable({ ...good, ...change } as sdk.Application);
    if (expected === undefined) expect(problem).toBeUndefined();
    else expect(problem).toMatchObject({ kind: 'conflict', message: expect.stringMatching(expected) });
  });
});
