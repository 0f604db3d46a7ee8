import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RpcFault, RpcFaultPlace } from '../../src/emulator/fault.ts';
import { STATUS } from '../../src/spark-connect/rpc-failure.ts';
import { AnalyzePlanRequestSchema } from '../../src/spark-connect/wire/spark-connect_pb.ts';
import { failureOf } from '../failure-of.ts';
import { bytesOf, RawClient, SESSION } from '../proxy/proxy-stage.ts';
import { openSqlStage, until, type Cloud, type SqlStage } from './sql-stage.ts';

/** A result of several batches. */
const TEXT = 'SELECT range AS n FROM range(40000)';

/** A request of AnalyzePlan. */
const ASK_VERSION = { sessionId: SESSION, analyze: { case: 'sparkVersion', value: {} } } as const;

/** A session in which no work runs. */
const UNUSED = ['IDLE', 'ACTIVE'];

describe.each<Cloud>(['emr-serverless', 'emr-ec2', 'dataproc'])('a session of %s:', (cloud) => {
  let stage: SqlStage;
  /** How many calls had been made when a test began. */
  let before: { readonly execute: number; readonly interrupt: number };

  beforeAll(async () => {
    stage = await openSqlStage(cloud);
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  beforeEach(() => {
    before = { execute: stage.calls('ExecutePlan').length, interrupt: stage.calls('Interrupt').length };
  });

  afterEach(async () => {
    expect(stage.emulator.faults.pending()).toEqual([]);
    // No work is left in the session.
    await until(() => UNUSED.includes(stage.emulator.oracle.sessions()[0]?.state ?? ''));
  });

  /** The second call of a query brings its rows. */
  function onRows(fault: RpcFault): RpcFault {
    return { skip: 1, ...fault };
  }

  async function sum({ session }: Pick<SqlStage, 'session'> = stage): Promise<number> {
    const result = await session.sql(TEXT);
    let found = 0;
    for await (const batch of result.batches()) {
      for (const [value] of batch.rows({ as: 'arrays' })) found += Number(value);
    }
    return found;
  }

  const SUM = 799_980_000;

  describe('a statement gives its values in spite of', () => {
    const breaks: readonly (readonly [name: string, fault: RpcFault])[] = [0, 2].flatMap((afterAnswers) => [
      [`1. a stream that ends early after ${afterAnswers}`, { kind: 'rpc-end', afterAnswers }],
      [`2. UNAVAILABLE after ${afterAnswers}`, { kind: 'rpc-error', code: 'UNAVAILABLE', afterAnswers }],
      [`6. nothing after ${afterAnswers}`, { kind: 'rpc-extra', answer: 'empty', afterAnswers }],
      [`6. something unknown after ${afterAnswers}`, { kind: 'rpc-extra', answer: 'unknown', afterAnswers }],
      [`8. a retry delay after ${afterAnswers}`, paused(afterAnswers)],
      [`15. a reset after ${afterAnswers}`, { kind: 'rpc-cut', afterAnswers }],
      [`15. GOAWAY after ${afterAnswers}`, { kind: 'rpc-cut', goaway: true, afterAnswers }],
    ]);
    const others: readonly (readonly [name: string, fault: RpcFault])[] = [
      ['2. UNAVAILABLE before it has begun', { kind: 'rpc-error', code: 'UNAVAILABLE' }],
      ['3. an operation that never arrived', lost()],
      ['5. rows in pieces', { kind: 'rpc-batch', as: 'pieces' }],
      ['7. a token refused, UNAUTHENTICATED', { kind: 'rpc-error', code: 'UNAUTHENTICATED' }],
      ['7. a token refused, PERMISSION_DENIED', { kind: 'rpc-error', code: 'PERMISSION_DENIED', afterAnswers: 1 }],
      ['13. rows compressed by LZ4', { kind: 'rpc-batch', as: 'lz4' }],
      ['13. rows compressed by ZSTD', { kind: 'rpc-batch', as: 'zstd' }],
      ['15. a connection cut before the call', { kind: 'rpc-cut' }],
    ];

    it.each([...breaks, ...others])('%s', async (_, fault) => {
      stage.emulator.faults.add(onRows(fault));
      expect(await sum()).toBe(SUM);
    });

    it('0 answers: the call has begun and is reattached; without afterAnswers: it has not, and is made again', async () => {
      const attached = (): number =>
        stage.calls('ReattachExecute').filter(({ errorCode }) => errorCode === undefined).length;
      const known = attached();
      stage.emulator.faults.add(onRows({ kind: 'rpc-error', code: 'UNAVAILABLE' }));
      expect(await sum()).toBe(SUM);
      expect(attached()).toBe(known);
      stage.emulator.faults.add(onRows({ kind: 'rpc-error', code: 'UNAVAILABLE', afterAnswers: 0 }));
      expect(await sum()).toBe(SUM);
      expect(attached()).toBe(known + 1);
    });

    if (cloud === 'emr-serverless')
      it('7. a token that expires, which is refused from then on', async () => {
        const connection = await stage.session.connect();
        const client = new RawClient(`127.0.0.1:${connection.port}`, await connection.metadata());
        const version = async (): Promise<number | undefined> =>
          (await client.call('AnalyzePlan', [bytesOf(AnalyzePlanRequestSchema, ASK_VERSION)])).error?.code;
        expect(await version()).toBeUndefined();
        stage.emulator.faults.add(onRows({ kind: 'rpc-token-expires', afterAnswers: 1 }));
        expect(await sum()).toBe(SUM);
        expect(await version()).toBe(STATUS.PERMISSION_DENIED);
        client.close();
      });

    it('9. a result without rows', async () => {
      expect(await stage.rows('SELECT 1 AS n WHERE false')).toEqual([]);
    });

    it('10. a command, whose rows are in its answer', async () => {
      expect(await stage.rows('SET threads TO 1')).toEqual([]);
      expect(stage.calls('ExecutePlan')).toHaveLength(before.execute + 1);
    });

    it('11. a server of its version: 3.5 has no later calls and reads the older fields', async () => {
      expect(await stage.rows('SELECT ? AS n', { parameters: [4] })).toEqual([{ n: 4 }]);
      expect(await failureOf(stage.rows('SELECT nope'))).toMatchObject({ kind: 'invalid-request' });
      const code = cloud === 'emr-serverless' ? 'UNIMPLEMENTED' : undefined;
      expect(stage.calls('FetchErrorDetails').every(({ errorCode }) => errorCode === code)).toBe(true);
    });

    it('12. an interrupt that finds nothing: the statement still stops', async () => {
      stage.emulator.faults.add({ kind: 'rpc-finds-nothing' });
      const statement = stage.session.submit(
        'SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range + b.range = 7',
      );
      const failed = failureOf(statement.result());
      await until(() => stage.calls('ExecutePlan').length === before.execute + 2);
      await statement.cancel();
      expect(await failed).toMatchObject({ kind: 'aborted' });
      expect(stage.calls('Interrupt').length).toBeGreaterThan(before.interrupt);
    });
  });

  describe('a statement fails with one clear error', () => {
    it.each<readonly [name: string, kind: string, fault: RpcFault]>([
      ['3. an operation lost after data', 'session-failed', lost({ afterAnswers: 1 })],
      ['5. a piece out of order', 'unexpected', { kind: 'rpc-batch', as: 'pieces-out-of-order' }],
      ['5. a piece that is missing', 'unexpected', { kind: 'rpc-batch', as: 'piece-missing' }],
      ['5. a wrong count of rows', 'unexpected', { kind: 'rpc-batch', as: 'wrong-row-count' }],
      ['5. a wrong first row', 'unexpected', { kind: 'rpc-batch', as: 'wrong-start' }],
      ['5. bytes that are not Arrow', 'unexpected', { kind: 'rpc-batch', as: 'no-arrow' }],
      ['7. a token refused for good', 'unauthenticated', { kind: 'rpc-error', code: 'UNAUTHENTICATED', times: 2 }],
    ])('%s', async (_, kind, fault) => {
      stage.emulator.faults.add(onRows(fault));
      const error = await failureOf(sum());
      expect(error).toMatchObject({ kind, handle: stage.session.handle });
      expect(JSON.stringify(error)).not.toContain('token=');
    });

    it('4. another server session: the content of the session is lost', async () => {
      await using other = await openSqlStage(cloud);
      const named = (id: string): RpcFault => ({ kind: 'rpc-server-session', id, times: 2 });
      other.emulator.faults.add(named('first'));
      expect(await sum(other)).toBe(SUM);
      other.emulator.faults.add(named('second'));
      expect(await failureOf(sum(other))).toMatchObject({ kind: 'session-failed' });
    });

    it('14. no answer: its own timeout ends it', async () => {
      stage.emulator.faults.add(onRows({ kind: 'rpc-silence', afterAnswers: 1 }));
      const result = stage.session.sql(TEXT, { timeoutMs: 60_000 }).then((found) => found.rows());
      const failed = failureOf(result);
      await until(() => stage.calls('ExecutePlan').length === before.execute + 2);
      stage.skip(60_000);
      expect(await failed).toMatchObject({ kind: 'timeout' });
      await until(() => stage.calls('Interrupt').length > before.interrupt);
    });
  });
});

function paused(afterAnswers: number): RpcFault {
  return { kind: 'rpc-error', code: 'INTERNAL', retryAfterMs: 1500, afterAnswers };
}

function lost(place: RpcFaultPlace = {}): RpcFault {
  return { kind: 'rpc-error', code: 'INTERNAL', errorClass: 'INVALID_HANDLE.OPERATION_NOT_FOUND', ...place };
}
