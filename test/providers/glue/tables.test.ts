import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as sdk from '@aws-sdk/client-glue';
import { describe, expect, it } from 'vitest';
import { GLUE_ERRORS, toErrorKind } from '../../../providers/glue/errors.ts';
import type { GlueConfig } from '../../../providers/glue/options.ts';
import { plugin } from '../../../providers/glue/plugin.ts';
import { toStartInput } from '../../../providers/glue/start-input.ts';
import { GLUE_STATES } from '../../../providers/glue/states.ts';
import { STATEMENT_STATES } from '../../../providers/glue/statements.ts';
import type { StartRequest } from '../../../src/contract/start-request.ts';
import { startRequest as request } from '../../calls.ts';

const OPERATIONS = [
  ...(['CreateSession', 'GetSession', 'ListSessions', 'StopSession', 'DeleteSession'] as const),
  ...(['GetSessionEndpoint', 'RunStatement', 'GetStatement', 'ListStatements', 'CancelStatement'] as const),
];

describe('the state tables of glue', () => {
  it('have exactly the states of the SDK', () => {
    expect(GLUE_STATES.names.toSorted()).toEqual(Object.values(sdk.SessionStatus).sort());
    expect(Object.keys(STATEMENT_STATES).sort()).toEqual(Object.values(sdk.StatementState).sort());
  });

  it.each([
    ['PROVISIONING', 'creating', false, false],
    ['READY', 'ready', false, true],
    ['STOPPING', 'terminated', false, false],
    ['STOPPED', 'terminated', true, false],
    ['TIMEOUT', 'terminated', true, false],
    ['FAILED', 'failed', true, false],
  ] as const)('%s is %s, final %s, takes work %s', (native, state, final, acceptsWork) => {
    expect(GLUE_STATES.facts(native)).toEqual({ state, final, acceptsWork });
  });

  it.each(['', 'HIBERNATING', 'ready', 'constructor'])('know nothing of %j (C-014)', (native) => {
    expect(GLUE_STATES.facts(native)).toBeUndefined();
  });
});

describe('the error table of glue', () => {
  it('has one row for every exception that the SDK documents for the operations that we call', () => {
    const commands = createRequire(import.meta.url)
      .resolve('@aws-sdk/client-glue')
      .replace(/dist-cjs.*/, 'dist-types/commands/');
    const thrown = OPERATIONS.flatMap((operation) => {
      const types = readFileSync(`${commands}${operation}Command.d.ts`, 'utf8');
      return Array.from(types.matchAll(/@throws \{@link (\w+Exception)\}/g), ([, name]) => name);
    });
    const documented = new Set(thrown.filter((name) => name !== 'GlueServiceException'));
    expect(Object.keys(GLUE_ERRORS).sort()).toEqual([...documented].sort());
  });

  it.each([
    ['AlreadyExistsException', 'start', 'conflict'],
    ['IdempotentParameterMismatchException', 'start', 'conflict'],
    ['ResourceNumberLimitExceededException', 'start', 'quota-exceeded'],
    ['ResourceNumberLimitExceededException', 'startCalculation', 'quota-exceeded'],
    ['EntityNotFoundException', 'describe', 'not-found'],
    ['IllegalSessionStateException', 'terminate', 'conflict'],
    ['ConcurrentModificationException', 'terminate', 'unavailable'],
    ['SessionBusyException', 'startCalculation', 'conflict'],
    ['OperationNotSupportedException', 'endpoint', 'unsupported'],
    ['OperationTimeoutException', 'listPage', 'unavailable'],
    ['ThrottlingException', 'start', 'rate-limited'],
    ['NeverHeardOfException', 'start', 'unexpected'],
  ] as const)('takes %s in %s for %s', (code, operation, kind) => {
    const failure = { stage: 'answer', code, message: 'no', httpStatus: 400 } as const;
    expect(toErrorKind(failure, operation)).toBe(kind);
  });
});

describe('the request of a start on glue', () => {
  const ROLE = 'arn:aws:iam::123456789012:role/glue';
  const config = (options: object = {}): GlueConfig => {
    const parsed = plugin.parseOptions({ region: 'us-east-1', roleArn: ROLE, ...options });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    return parsed.config as GlueConfig;
  };

  it('has the options of the environment', () => {
    const asked = request({ name: 'nightly', idleTimeoutMs: 60_001, maxLifetimeMs: 120_001, labels: { team: 'data' } });
    const options = {
      glueVersion: '5.1',
      workerType: 'R.1X',
      numberOfWorkers: 7,
      connections: ['warehouse'],
      defaultArguments: { '--enable-glue-datacatalog': 'true' },
    };
    expect(toStartInput(asked, config(options))).toEqual({
      Id: asked.token,
      Role: ROLE,
      Command: { Name: 'glueetl', PythonVersion: '3' },
      Description: `nightly anysession:tests:${asked.token}`,
      Timeout: 3,
      IdleTimeout: 2,
      DefaultArguments: { '--enable-glue-datacatalog': 'true' },
      Connections: { Connections: ['warehouse'] },
      GlueVersion: '5.1',
      WorkerType: 'R.1X',
      NumberOfWorkers: 7,
      SessionType: 'SPARK_CONNECT',
      Tags: { team: 'data', 'anysession-owner': 'tests' },
    });
  });

  it.each([
    [{ size: 'small' }, {}, { WorkerType: 'G.1X', NumberOfWorkers: 3 }],
    [{ size: 'large' }, { numberOfWorkers: 2 }, { WorkerType: 'G.1X', NumberOfWorkers: 33 }],
    [{ size: 'large', native: { NumberOfWorkers: 4 } }, {}, { WorkerType: 'G.1X', NumberOfWorkers: 4 }],
    [{ native: { MaxCapacity: 2.5 } }, {}, { MaxCapacity: 2.5 }],
  ] as const)('%j with the options %j has the capacity %j', (overrides, options, expected) => {
    const { WorkerType, NumberOfWorkers, MaxCapacity } = toStartInput(request(overrides), config(options));
    expect(JSON.parse(JSON.stringify({ WorkerType, NumberOfWorkers, MaxCapacity }))).toEqual(expected);
  });

  it('joins Spark properties in one argument: those of the environment first, those of `native` last', () => {
    const input = toStartInput(
      request({
        sparkConf: { 'spark.a': '1', 'spark.b': '2' },
        native: { DefaultArguments: { '--conf': 'spark.b=3', '--x': 'y' } },
      }),
      config({ defaultArguments: { '--conf': 'spark.a=0', '--x': 'z' } }),
    );
    expect(input.DefaultArguments).toEqual({
      '--conf': 'spark.a=0 --conf spark.a=1 --conf spark.b=2 --conf spark.b=3',
      '--x': 'y',
    });
  });

  it('refuses a Spark property with a space, for which AWS documents no quotes, and sends the text of the user as it is', () => {
    const key = 'spark.driver.extraJavaOptions';
    const start = (options: object, sparkConf: NonNullable<StartRequest['sparkConf']>) =>
      toStartInput(request({ sparkConf }), config(options)).DefaultArguments;
    const options = { defaultArguments: { '--conf': `${key}="-Dx=1 -Dy=2"` } };
    expect(start(options, { 'spark.a': '1' })).toEqual({ '--conf': `${key}="-Dx=1 -Dy=2" --conf spark.a=1` });
    for (const sparkConf of [{ [key]: '-Dx=1 -Dy=2' }, { 'spark.a b': '1' }, { 'spark.a': '1\n' }]) {
      expect(() => start(options, sparkConf)).toThrow(
        /contains a space, which ends a value in the Glue argument --conf; .*`defaultArguments`/,
      );
    }
  });

  it.each([
    [{ roleArn: 'arn:aws:iam::1:role/x' }, /an IAM role/],
    [{ sessionType: 'jupyter' }, /spark-connect, livy/],
    [{ glueVersion: 5 }, /in quotes/],
    [{ numberOfWorkers: 0 }, /1 or more/],
    [{ workerType: 'huge' }, /G\.1X/],
  ])('refuses the options %j', (options, expected) => {
    const parsed = plugin.parseOptions({ region: 'us-east-1', roleArn: ROLE, ...options });
    expect(parsed.ok ? '' : parsed.problems.map(({ message }) => message).join()).toMatch(expected);
  });
});
