import { describe, expect, it } from 'vitest';
import type { ErrorKind } from '../../src/contract/error-kinds.ts';
import { toSessionError } from '../../src/spark-connect/failure-to-error.ts';
import { RpcFailure, type SparkErrorInfo } from '../../src/spark-connect/rpc-failure.ts';

const HANDLE = { v: 1, provider: 'local', scope: 'here', id: 'one' } as const;
const INTERNAL = 13;
const UNKNOWN = 2;

interface Recorded {
  readonly about: string;
  readonly code: number;
  readonly message: string;
  readonly spark?: SparkErrorInfo;
}

function toError({ code, message, spark }: Omit<Recorded, 'about'>): ReturnType<typeof toSessionError> {
  const failure = new RpcFailure(code, message, spark && { spark });
  return toSessionError(failure, { handle: HANDLE, address: 'spark.example:443', mayHaveRun: true });
}

/** A job that was given up, as Spark's scheduler says it. */
function lostTask(thrown: string): string {
  return `Job aborted due to stage failure: Task 2 in stage 5.0 failed 4 times, most recent failure: Lost task 2.3 in stage 5.0 (TID 41) (ip-10-0-0-7.ec2.internal executor 3): ${thrown}\n\tat org.apache.spark.memory.TaskMemoryManager.allocatePage(TaskMemoryManager.java:100)`;
}

const spark = (javaClass: string, errorClass?: string): SparkErrorInfo => ({
  javaClass,
  ...(errorClass !== undefined && { errorClass }),
});

describe('want of memory is a limit that has to move, and waiting does not move it', () => {
  const recorded: readonly Recorded[] = [
    { about: 'the planner of 4.1 and of 3.5', code: UNKNOWN, message: 'Java heap space' },
    { about: 'a planner that only collects garbage', code: UNKNOWN, message: 'GC overhead limit exceeded' },
    {
      about: 'a broadcast of 4.1',
      code: INTERNAL,
      message: 'Not enough memory to build and broadcast the table to all worker nodes.',
      spark: spark('org.apache.spark.SparkException', '_LEGACY_ERROR_TEMP_2250'),
    },
    {
      about: 'buffers that a task does not get',
      code: INTERNAL,
      message: '[UNABLE_TO_ACQUIRE_MEMORY] Unable to acquire 65536 bytes of memory, got 0. SQLSTATE: 53200',
      spark: spark('org.apache.spark.memory.SparkOutOfMemoryError', 'UNABLE_TO_ACQUIRE_MEMORY'),
    },
    {
      about: 'a job whose task got no buffers',
      code: INTERNAL,
      message: lostTask(
        'org.apache.spark.memory.SparkOutOfMemoryError: [UNABLE_TO_ACQUIRE_MEMORY] Unable to acquire 65536 bytes',
      ),
      spark: spark('org.apache.spark.SparkException'),
    },
    {
      about: 'a job whose executor has no heap left',
      code: INTERNAL,
      message: lostTask('java.lang.OutOfMemoryError: Java heap space'),
      spark: spark('org.apache.spark.SparkException'),
    },
  ];

  it.each(recorded)('$about', (failure) => {
    const error = toError(failure);
    expect(error).toMatchObject({ kind: 'quota-exceeded', retry: 'permanent', effect: 'unknown' });
    expect(error.message).toContain('memory');
    expect(error.message).not.toContain('TaskMemoryManager');
  });

  const others: readonly Recorded[] = [
    {
      about: 'an error that the statement raises with these words',
      code: INTERNAL,
      message: lostTask(
        'org.apache.spark.SparkRuntimeException: [USER_RAISED_EXCEPTION] java.lang.OutOfMemoryError: Java heap space',
      ),
      spark: spark('org.apache.spark.SparkException'),
    },
    {
      about: 'a statement that cannot be read and holds these words',
      code: INTERNAL,
      message: "[PARSE_SYNTAX_ERROR] Syntax error at or near 'java.lang.OutOfMemoryError'",
      spark: spark('org.apache.spark.sql.catalyst.parser.ParseException', 'PARSE_SYNTAX_ERROR'),
    },
    {
      about: 'an exception whose message is that of the machine',
      code: INTERNAL,
      message: 'Java heap space',
      spark: spark('org.apache.spark.sql.AnalysisException'),
    },
  ];

  it.each(others)('is not $about', (failure) => {
    expect(toError(failure)).toMatchObject({ kind: 'invalid-request', retry: 'permanent' });
  });
});

const DATATYPE = '[UNSUPPORTED_DATATYPE] Unsupported data type';

it.each<[string, ErrorKind, string, SparkErrorInfo, string]>([
  [
    'INTERVAL of 3.5',
    'unsupported',
    `${DATATYPE} "INTERVAL".`,
    spark('org.apache.spark.SparkUnsupportedOperationException', 'UNSUPPORTED_DATATYPE'),
    'CAST it to STRING',
  ],
  [
    'TIME of 4.1',
    'unsupported',
    '[UNSUPPORTED_TIME_TYPE] The data type TIME is not supported. SQLSTATE: 0A000',
    spark('org.apache.spark.sql.AnalysisException', 'UNSUPPORTED_TIME_TYPE'),
    'timeType.enabled',
  ],
  [
    'a type that the parser does not know',
    'invalid-request',
    `${DATATYPE} "WHATEVER". SQLSTATE: 0A000`,
    spark('org.apache.spark.sql.catalyst.parser.ParseException', 'UNSUPPORTED_DATATYPE'),
    'Spark rejected the statement: [UNSUPPORTED_DATATYPE]',
  ],
])('%s is %s', (_, kind, message, info, advice) => {
  const error = toError({ code: INTERNAL, message, spark: info });
  expect(error).toMatchObject({ kind, message: expect.stringContaining(advice) });
});
