import { describe, expect, it } from 'vitest';
import { openSessions } from '../../../src/index.ts';
import { athena } from '../../../providers/athena/index.ts';
import { toErrorKind as athenaKind } from '../../../providers/athena/errors.ts';
import { toErrorKind as emrKind } from '../../../providers/emr-serverless/errors.ts';
import { toErrorKind as glueKind } from '../../../providers/glue/errors.ts';
import { toErrorKind as omicsKind } from '../../../providers/healthomics/errors.ts';
import type { ErrorKind } from '../../../src/contract/error-kinds.ts';
import { startEmulator } from '../../../src/emulator/start-emulator.ts';
import { TEST_CREDENTIALS } from '../athena/emulated-subject.ts';

type Row = readonly [code: string, message: string, kind: ErrorKind];

const LIMIT = 'ResourceNumberLimitExceededException';
const QUOTA = 'ServiceQuotaExceededException';
const ATHENA: readonly Row[] = [
  ['TooManyRequestsException', 'Rate exceeded', 'rate-limited'],
  ['TooManyRequestsException', 'Request rate is too high', 'rate-limited'],
  ['TooManyRequestsException', 'You have exceeded the limit for the number of DPUs', 'quota-exceeded'],
  ['TooManyRequestsException', '', 'quota-exceeded'],
  ['ThrottlingException', 'Rate exceeded', 'rate-limited'],
];
const REST: readonly Row[] = [
  [QUOTA, 'Rate exceeded', 'rate-limited'],
  [QUOTA, 'Too many requests', 'rate-limited'],
  [QUOTA, 'Request was throttled', 'rate-limited'],
  [QUOTA, 'Exceeded maximum vCPU quota', 'quota-exceeded'],
  [QUOTA, 'The account has reached its limit of concurrent sessions', 'quota-exceeded'],
  ['ThrottlingException', 'Rate exceeded', 'rate-limited'],
  ['TooManyRequestsException', 'Rate exceeded', 'rate-limited'],
];
const answer = (code: string, message: string) => ({ stage: 'answer', code, message, httpStatus: 400 }) as const;

describe('a quota and a call rate with the same code', () => {
  it.each(ATHENA)('of Athena at a start: %s "%s" is %s', (code, message, kind) => {
    expect(athenaKind(answer(code, message), 'start')).toBe(kind);
    expect(athenaKind(answer(code, message), 'startCalculation')).toBe(kind);
  });

  it.each(['describe', 'listPage', 'terminate', 'endpoint'] as const)('of Athena: %s uses no quota', (operation) => {
    for (const [code, message] of ATHENA) expect(athenaKind(answer(code, message), operation)).toBe('rate-limited');
  });

  it.each<Row>([
    [LIMIT, 'Rate exceeded', 'rate-limited'],
    [LIMIT, 'Max concurrent DPUs exceeded', 'quota-exceeded'],
    ['ThrottlingException', 'Rate exceeded', 'rate-limited'],
  ])('of Glue: %s "%s" is %s', (code, message, kind) => {
    expect(glueKind(answer(code, message), 'start')).toBe(kind);
  });

  it.each(REST)('of EMR Serverless and HealthOmics: %s "%s" is %s', (code, message, kind) => {
    expect(emrKind(answer(code, message), 'start')).toBe(kind);
    expect(omicsKind(answer(code, message), 'startBatch')).toBe(kind);
  });

  it.each(['StartSession', 'GetSession', 'TerminateSession'])(
    'a rate is retried: %s',
    async (operation) => {
      await using emulator = await startEmulator({ services: ['athena'], startupMs: 1 });
      const error = { code: 'TooManyRequestsException', httpStatus: 400, message: 'Rate exceeded' };
      emulator.faults.add({ kind: 'error', ...error, operation, times: 2 });
      const options = { region: 'us-east-1', workgroup: 'spark35', credentials: TEST_CREDENTIALS };
      await using sessions = await openSessions({ provider: athena({ ...options, endpoint: emulator.urls.athena }) });
      const session = await sessions.start();
      await session.whenReady();
      expect((await session.terminate({ wait: true })).state).toBe('terminated');
      expect(emulator.log().filter(({ errorCode }) => errorCode === error.code)).toHaveLength(2);
    },
    30_000,
  );
});
