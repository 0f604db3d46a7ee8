import { fromBinary } from '@bufbuild/protobuf';
import type { ServiceError } from '@grpc/grpc-js';
import { once } from 'node:events';
import { tableFromIPC } from 'apache-arrow';
import { describe, expect, it, type TestContext } from 'vitest';
import type { EmulatorOptions } from '../../src/emulator/index.ts';
import {
  ExecutePlanRequestSchema,
  ExecutePlanResponseSchema,
  type ExecutePlanResponse,
} from '../../src/spark-connect/wire/spark-connect_pb.ts';
import { whyNotListening } from '../../src/provider-kit/listening.ts';
import { failureOf } from '../failure-of.ts';
import { openSqlStage, type Cloud, type SqlStage } from '../emulator/sql-stage.ts';
import { bytesOf, RawClient, SESSION, type Answered } from './proxy-stage.ts';

const CLOUDS: readonly Cloud[] = ['athena', 'emr-serverless', 'emr-ec2', 'glue'];
/** Shorter than the timeout of a call, which the skipped time would end too. */
const TOKEN_MS = 5_000;
/** The emulated engine sends them in 123 batches. */
const ROWS = 2_000_000;

function query(text: string, reattaches: boolean): Uint8Array {
  return bytesOf(ExecutePlanRequestSchema, {
    sessionId: SESSION,
    userContext: { userId: 'ann' },
    plan: { opType: { case: 'root', value: { relType: { case: 'sql', value: { query: text } } } } },
    ...(reattaches && {
      operationId: '77777777-2222-4333-8444-555555555555',
      requestOptions: [{ requestOption: { case: 'reattachOptions' as const, value: { reattachable: true } } }],
    }),
  });
}

/** The first column of a result, of whole numbers. */
function column({ answers }: Pick<Answered, 'answers'>): readonly number[] {
  return answers
    .map((answer): ExecutePlanResponse => fromBinary(ExecutePlanResponseSchema, answer))
    .flatMap(({ responseType: { case: kind, value } }) =>
      kind === 'arrowBatch'
        ? Array.from((tableFromIPC(value.data).getChildAt(0)?.toArray() ?? []) as BigInt64Array, Number)
        : [],
    );
}

/** Expects the numbers from 0, in order: a comparison of arrays takes a minute. */
function expectAllRows(answered: Pick<Answered, 'answers'>): void {
  const numbers = column(answered);
  expect(numbers.findIndex((number, at) => number !== at)).toBe(-1);
  expect(numbers).toHaveLength(ROWS);
}

async function openClient(cloud: Cloud, options: EmulatorOptions, onTestFinished: TestContext['onTestFinished']) {
  const stage: SqlStage = await openSqlStage(cloud, options);
  onTestFinished(() => stage[Symbol.asyncDispose]());
  const proxy = await stage.session.proxy();
  const client = new RawClient(`127.0.0.1:${proxy.port}`, { 'x-anysession-key': proxy.key });
  onTestFinished(() => client.close());
  return { stage, proxy, client };
}

describe('a result through the proxy', () => {
  it.for([true, false])(
    'loses and repeats no row while tokens expire in mid-stream, client reattaches: %s',
    async (reattaches, { onTestFinished }) => {
      const { stage, client } = await openClient(
        'athena',
        { athena: { endpointTokenTtlMs: TOKEN_MS } },
        onTestFinished,
      );
      const call = client.open('ExecutePlan');
      const answers: Buffer[] = [];
      call.on('data', (answer: Buffer) => {
        answers.push(answer);
        // Ten batches arrive before the server sees that the token has expired.
        stage.skip(TOKEN_MS);
      });
      const error = new Promise((resolve) => {
        call.on('error', resolve);
        call.on('end', () => resolve(undefined));
      });
      call.write(query(`SELECT range AS n FROM range(${ROWS})`, reattaches));
      call.end();
      expect(await error).toBeUndefined();
      expectAllRows({ answers });
      const cut = stage.calls('ReattachExecute').length;
      expect(cut).toBeGreaterThanOrEqual(5);
      expect(stage.calls('ExecutePlan')).toHaveLength(1);
    },
  );

  it.for([true, false])(
    'loses and repeats no row over a hundred streams, client reattaches: %s',
    async (reattaches, { onTestFinished }) => {
      const { stage, client } = await openClient('emr-serverless', {}, onTestFinished);
      const expired = { kind: 'rpc-error', code: 'PERMISSION_DENIED', afterAnswers: 1 } as const;
      stage.emulator.faults.add(expired);
      stage.emulator.faults.add({ ...expired, operation: 'ReattachExecute', times: 110 });
      const answered = await client.call('ExecutePlan', [query(`SELECT range AS n FROM range(${ROWS})`, reattaches)]);
      expect(answered.error).toBeUndefined();
      expectAllRows(answered);
      const cut = stage.calls('ReattachExecute').filter(({ errorCode }) => errorCode === 'PERMISSION_DENIED');
      expect(cut.length).toBeGreaterThanOrEqual(100);
      expect(stage.calls('ExecutePlan')).toHaveLength(1);
      // Each expiry asks the cloud for one token.
      expect(stage.calls('GetSessionEndpoint').length).toBeGreaterThan(100);
    },
  );

  it.for(CLOUDS)('ends within ten seconds with the reason when the session is killed: %s', async (cloud, context) => {
    const { stage, client } = await openClient(cloud, {}, context.onTestFinished);
    stage.emulator.faults.add({ kind: 'rpc-silence', afterAnswers: 1 });
    const call = client.open('ExecutePlan');
    const ending = new Promise<ServiceError>((resolve) => call.on('error', resolve));
    const first = once(call, 'data');
    call.write(query('SELECT range AS n FROM range(1000000)', false));
    call.end();
    await first;
    const reason = 'the driver was killed';
    stage.emulator.faults.add({ kind: 'session-becomes', operation: 'GetSession', state: 'FAILED', reason });
    const startedMs = Date.now();
    await stage.session.refresh();
    stage.skip(1);
    const error = await ending;
    expect(Date.now() - startedMs).toBeLessThan(10_000);
    expect(error).toMatchObject({ code: 9 });
    expect(error.details).toContain(`session '${stage.session.handle.id}' failed (FAILED): the driver was killed`);
    // What comes after knows it at once.
    const later = await client.call('ExecutePlan', [query('SELECT 1 AS n', false)]);
    expect(later.error?.details).toContain('the driver was killed');
  });

  it.for(CLOUDS)(
    'notices by itself within ten seconds that its session was killed, while the server is silent: %s',
    async (cloud, context) => {
      const { stage, client } = await openClient(cloud, {}, context.onTestFinished);
      // Nobody asks the service otherwise, and the connection stays open.
      stage.emulator.faults.add({ kind: 'rpc-silence', afterAnswers: 1, times: 9 });
      stage.emulator.faults.add({ kind: 'rpc-silence', operation: 'ReattachExecute', times: 9 });
      const call = client.open('ExecutePlan');
      const ending = new Promise<ServiceError>((resolve) => call.on('error', resolve));
      const first = once(call, 'data');
      call.write(query('SELECT range AS n FROM range(1000000)', false));
      call.end();
      await first;
      const reason = 'the driver was killed';
      stage.emulator.faults.add({ kind: 'session-becomes', operation: 'GetSession', state: 'FAILED', reason });
      const startedMs = Date.now();
      const error = await ending;
      expect(Date.now() - startedMs).toBeLessThan(10_000);
      expect(error).toMatchObject({ code: 9 });
      expect(error.details).toContain('failed (FAILED): the driver was killed');
    },
  );

  it('asks nothing about a session whose server is silent for a moment only', async (context) => {
    const { stage, client } = await openClient('athena', {}, context.onTestFinished);
    const before = stage.calls('GetSession').length;
    expect(column(await client.call('ExecutePlan', [query('SELECT 1 AS n', false)]))).toEqual([1]);
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    expect(stage.calls('GetSession')).toHaveLength(before);
  });

  it('closes with its session, and leaves the session alone when it is closed', async ({ onTestFinished }) => {
    const { stage, proxy, client } = await openClient('athena', {}, onTestFinished);
    const other = await stage.session.proxy();
    await other.close();
    expect(column(await client.call('ExecutePlan', [query('SELECT 1 AS n', false)]))).toEqual([1]);
    await stage.session.close();
    await expect.poll(() => whyNotListening(proxy)).toBeDefined();
  });

  it('refuses options that it does not know', async ({ onTestFinished }) => {
    const { stage } = await openClient('athena', {}, onTestFinished);
    for (const wrong of [
      { port: 0 },
      { key: 'short' },
      { key: 'with a space in the middle' },
      { prot: 1 },
      { listen: {} },
    ]) {
      expect(await failureOf(stage.session.proxy(wrong as object))).toMatchObject({ kind: 'invalid-request' });
    }
  });
});
