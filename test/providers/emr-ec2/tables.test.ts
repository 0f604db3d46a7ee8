import * as sdk from '@aws-sdk/client-emr';
import { describe, expect, it } from 'vitest';
import { endOf, whyNoSessions } from '../../../providers/emr-ec2/cluster.ts';
import { EMR_EC2_ERRORS, toErrorKind } from '../../../providers/emr-ec2/errors.ts';
import { EMR_EC2_STATES } from '../../../providers/emr-ec2/states.ts';

describe('the state table of emr-ec2', () => {
  it('has exactly the states of the SDK', () => {
    expect(EMR_EC2_STATES.names.toSorted()).toEqual(Object.values(sdk.SessionState).sort());
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
    expect(EMR_EC2_STATES.facts(native)).toEqual({ state, final, acceptsWork });
  });
});

describe('the error table of emr-ec2', () => {
  it('has a row for every exception class that the SDK exports', () => {
    const names = Object.entries(sdk)
      .filter(([, value]) => typeof value === 'function' && value.prototype instanceof sdk.EMRServiceException)
      .map(([name]) => name);
    expect(names.length).toBe(3);
    expect(Object.keys(EMR_EC2_ERRORS)).toEqual(expect.arrayContaining(names));
  });

  it.each([
    ['InternalServerError', 500, 'unavailable'],
    ['InternalServerException', 500, 'unavailable'],
    ['InvalidRequestException', 400, 'invalid-request'],
    ['ResourceNotFoundException', 400, 'not-found'],
    ['ValidationException', 400, 'invalid-request'],
    ['ThrottlingException', 400, 'rate-limited'],
    ['AccessDeniedException', 400, 'forbidden'],
    ['UnrecognizedClientException', 400, 'unauthenticated'],
    ['NeverHeardOfException', 418, 'unexpected'],
  ] as const)('takes %s with HTTP %i for %s', (code, httpStatus, kind) => {
    const failure = { stage: 'answer', code, message: 'no', httpStatus } as const;
    expect(toErrorKind(failure, 'start')).toBe(kind);
  });
});

describe('what a cluster tells', () => {
  const good: sdk.Cluster = {
    Id: 'j-A',
    ReleaseLabel: 'emr-spark-8.0.0',
    Applications: [{ Name: 'Spark' }],
    SessionEnabled: true,
    Status: { State: 'WAITING' },
  };

  it.each<readonly [sdk.Cluster, RegExp | undefined, string]>([
    [{}, undefined, ''],
    [{ Status: { State: 'RUNNING' } }, undefined, ''],
    [{ ReleaseLabel: 'emr-spark-8.1.0' }, undefined, ''],
    [{ ReleaseLabel: 'emr-spark-10.0.0' }, undefined, ''],
    [{ ReleaseLabel: 'custom' }, undefined, ''],
    [{ Applications: undefined }, undefined, ''],
    [{ Applications: [{ Name: 'Hadoop' }, { Name: 'spark' }] }, undefined, ''],
    [{ ReleaseLabel: 'emr-7.13.0' }, /emr-spark-8\.0\.0 or later/, 'invalid-request'],
    [{ ReleaseLabel: 'emr-spark-7.9.0' }, /emr-spark-8\.0\.0 or later/, 'invalid-request'],
    [{ Applications: [{ Name: 'Hive' }] }, /has no Spark/, 'invalid-request'],
    [{ Applications: [] }, /has no Spark/, 'invalid-request'],
    [{ SessionEnabled: false }, /--session-enabled/, 'invalid-request'],
    [{ SessionEnabled: undefined }, /not enabled/, 'invalid-request'],
    [{ Status: { State: 'STARTING' } }, /is STARTING; try again/, 'conflict'],
    [{ Status: { State: 'BOOTSTRAPPING' } }, /is BOOTSTRAPPING; try again/, 'conflict'],
    [{ Status: { State: 'TERMINATING' } }, /is TERMINATING; set another/, 'conflict'],
    [{ Status: { State: 'TERMINATED_WITH_ERRORS' } }, /is TERMINATED_WITH_ERRORS; set another/, 'conflict'],
  ])('%j: %s', (change, expected, kind) => {
    const problem = whyNoSessions({ ...good, ...change });
    if (expected === undefined) expect(problem).toBeUndefined();
    else expect(problem).toMatchObject({ kind, message: expect.stringMatching(expected) as string });
  });

  it.each<readonly [sdk.ClusterStatus, string | undefined]>([
    [{ State: 'WAITING' }, undefined],
    [{ State: 'TERMINATED' }, 'cluster j-A is TERMINATED'],
    [
      { State: 'TERMINATING', StateChangeReason: { Code: 'USER_REQUEST', Message: 'Terminated by user request' } },
      'cluster j-A is TERMINATING (USER_REQUEST: Terminated by user request)',
    ],
    [{ State: 'TERMINATED', StateChangeReason: { Message: '' } }, 'cluster j-A is TERMINATED'],
  ])('%j ends: %s', (Status, expected) => {
    expect(endOf({ Id: 'j-A', Status })).toBe(expected);
  });
});
