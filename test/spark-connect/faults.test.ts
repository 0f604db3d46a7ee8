import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SparkConnectRunner } from '../../src/contract/spark-connect.ts';
import { systemClock } from '../../src/session/system-ports.ts';
import { STOP_TIMEOUT_MS } from '../../src/statement/statement.ts';
import { RecordingTracer } from '../../src/testing/recording.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { call, endpointTo, HANDLE, runOne, runnerTo, schedulePromptly } from './connect-stage.ts';
import { batch, FakeServer, ipc } from './fake-server.ts';
import { failureOf } from '../failure-of.ts';

let server: FakeServer;
let runner: SparkConnectRunner;
let tokens: string[];
let expiresInMs: number;
let asked: number;

beforeEach(async () => {
  server = new FakeServer();
  await server.listen();
  tokens = ['secret-1', 'secret-2', 'secret-3'];
  expiresInMs = 3_600_000;
  asked = 0;
  runner = runnerTo(
    async () => {
      asked += 1;
      const token = tokens.shift();
      if (token === undefined) throw new Error('no more tokens');
      const metadata = { 'x-aws-proxy-auth': token };
      return endpointTo(server.port, { metadata, expiresAtMs: Date.now() + expiresInMs });
    },
    { ...systemClock, schedule: schedulePromptly },
  );
});

afterEach(async () => {
  await runner.close();
  server.close();
});

const execute = (signal?: AbortSignal): ReturnType<SparkConnectRunner['execute']> =>
  runner.execute(HANDLE, { id: 's', text: 'SELECT n' }, call(signal && { signal }));

async function numbers(signal?: AbortSignal): Promise<number[]> {
  const execution = await execute(signal);
  const found: number[] = [];
  try {
    for await (const { rowCount, columns } of execution.batches())
      found.push(...(columns[0]!.values as Int32Array).subarray(0, rowCount));
  } finally {
    await execution.close();
  }
  return found;
}

const UNAVAILABLE = 14;
const MESSAGES = [0, 1, 2];

describe('a stream that breaks', () => {
  it('gives the rows of a stream that does not', async () => {
    expect(await numbers()).toEqual([1, 2, 3]);
    expect(server.count('ExecutePlan')).toBe(2);
    expect(server.count('ReattachExecute')).toBe(0);
  });

  const kinds = ['end', 'status', 'cut'] as const;
  it.each(MESSAGES.flatMap((at) => kinds.map((kind) => [kind, at] as const)))(
    'goes on after %s before answer %i, and runs once',
    async (kind, at) => {
      server.faults = [{ at, kind, code: UNAVAILABLE, text: 'gone' }];
      expect(await numbers()).toEqual([1, 2, 3]);
      expect([...server.begun.values()]).toEqual([1, 1]);
    },
  );

  it('reports its retries and reattaches to the span of the statement', async () => {
    const span = new RecordingTracer().startSpan('anysession.statement', {});
    server.faults = [
      { at: 0, kind: 'status', code: UNAVAILABLE, text: 'gone' },
      { at: 1, kind: 'end' },
    ];
    await runOne(runner, { span });
    expect(span.events).toEqual([
      { name: 'retry', attributes: { attempt: 1, kind: 'UNAVAILABLE' } },
      { name: 'reattach', attributes: {} },
    ]);
    const calm = new RecordingTracer().startSpan('anysession.statement', {});
    server.faults = [];
    await runOne(runner, { span: calm });
    expect(calm.events).toEqual([]);
  });

  it('sends a request that never arrived again under the same id', async () => {
    server.faults = [{ at: -1, kind: 'status', code: UNAVAILABLE, text: 'gone' }];
    expect(await numbers()).toEqual([1, 2, 3]);
    expect([...server.begun.values()]).toEqual([1, 1]);
  });

  it.each([
    ['INTERNAL', 13],
    ['CANCELLED', 1],
  ])('is attached again when it is reset with %s, and fails when that goes on', async (_, code) => {
    const reset = { at: 1, kind: 'status', code, text: 'Received RST_STREAM' } as const;
    server.faults = [reset];
    expect(await numbers()).toEqual([1, 2, 3]);
    server.faults = [reset, ...Array.from({ length: 9 }, () => ({ ...reset, at: 2 }))];
    expect(await failureOf(numbers())).toMatchObject({ kind: 'unavailable' });
    expect(server.faults).toHaveLength(5);
  });

  it('is asked for before its request is sent again, for a server that would run it twice', async () => {
    server.noticesRepeats = false;
    server.commandFaults = [{ at: 0, kind: 'cut' }];
    server.faults = [{ at: 0, kind: 'status', code: UNAVAILABLE, text: 'gone' }];
    expect(await numbers()).toEqual([1, 2, 3]);
    expect([...server.begun.values()]).toEqual([1, 1]);
  });

  it('is no loss when a command has answered, and a loss that is told before', async () => {
    const info = { reason: 'java.lang.IllegalArgumentException' };
    const forgotten = { kind: 'status', code: 13, text: 'invalid argument: operation not found: 7', info } as const;
    server.commandFaults = [{ at: 1, ...forgotten }];
    expect(await numbers()).toEqual([1, 2, 3]);
    server.commandFaults = [{ at: 0, ...forgotten }];
    expect(await failureOf(numbers())).toMatchObject({ kind: 'unavailable', effect: 'unknown' });
  });

  it('waits as long as the server asks', async () => {
    server.faults = [{ at: 1, kind: 'status', code: 13, text: 'busy', retryMs: 20 }];
    expect(await numbers()).toEqual([1, 2, 3]);
  });

  it('is lost when the server does not know the operation after it has sent something', async () => {
    server.faults = [{ at: 1, kind: 'status', code: 13, text: '[INVALID_HANDLE.OPERATION_NOT_FOUND] no' }];
    expect(await failureOf(numbers())).toMatchObject({ kind: 'session-failed', effect: 'unknown' });
  });

  it('gives up after its retries with one clear error', async () => {
    server.faults = Array.from({ length: 20 }, () => ({ at: 1, kind: 'status', code: UNAVAILABLE, text: 'gone' }));
    expect(await failureOf(numbers())).toMatchObject({ kind: 'unavailable', effect: 'unknown', handle: HANDLE });
  });
});

describe('a server that is something else', () => {
  it('of an older Spark is told apart', async () => {
    server.faults = [{ at: -1, kind: 'status', code: 12, text: 'Method not found' }];
    expect(await failureOf(numbers())).toMatchObject({ kind: 'unsupported', message: expect.stringContaining('3.5') });
  });

  it.each([
    ['HTTP/1.1', () => createHttpServer((_, response) => response.end('hello'))],
    ['no HTTP', () => createTcpServer((socket) => void socket.on('error', () => {}).end('220 mail ready\r\n'))],
  ])('of %s is one clear error', async (_, create) => {
    const other = create();
    await once(other.listen(0, '127.0.0.1'), 'listening');
    server.close();
    server.port = (other.address() as AddressInfo).port;
    expect(await failureOf(numbers())).toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining(`Cannot connect to 127.0.0.1:${server.port}`),
    });
    other.close();
  });
});

describe('a session whose server was restarted', () => {
  it('is lost, and no new one takes its place', async () => {
    await numbers();
    server.serverSideSessionId = 'server-2';
    expect(await failureOf(numbers())).toMatchObject({ kind: 'session-failed' });
  });
});

describe('answers', () => {
  it('may be empty or of a kind that is not known', async () => {
    server.answers = [{}, batch([1], 0), { responseType: { case: undefined } }, batch([2], 1)];
    expect(await numbers()).toEqual([1, 2]);
  });

  it('may tell what was counted', async () => {
    const counted = { name: 'Range', planId: 1n, parent: 0n, executionMetrics: { numOutputRows: { value: 3n } } };
    const above = { name: 'Project', planId: 2n, parent: 1n };
    server.answers = [batch([1], 0), { metrics: { metrics: [counted, above] } }];
    const execution = await execute();
    expect(execution.metrics?.()).toEqual([]);
    for await (const { rowCount } of execution.batches()) expect(rowCount).toBe(1);
    expect(execution.metrics?.()).toEqual([
      { name: 'Range', step: 1, values: { numOutputRows: 3 } },
      { name: 'Project', step: 2, parent: 1, values: {} },
    ]);
  });

  it('are passed on as Arrow IPC messages without being decoded', async () => {
    const execution = await execute();
    const messages: (Uint8Array | undefined)[] = [];
    for await (const { ipcMessage } of execution.batches()) messages.push(ipcMessage);
    const sent = [ipc([1, 2]), ipc([3])].map((stream) => Buffer.from(stream));
    expect(messages.map((message, at) => sent[at]!.includes(Buffer.from(message!)))).toEqual([true, true]);
  });

  it('may have no rows, and still have columns', async () => {
    server.answers = [batch([], 0)];
    expect(await numbers()).toEqual([]);
  });

  it('may come along with the command itself', async () => {
    server.localRelation = ipc([7]);
    expect(await numbers()).toEqual([7]);
    expect(server.count('ExecutePlan')).toBe(1);
  });

  it('may come in pieces', async () => {
    const data = ipc([1, 2, 3]);
    const piece = (at: number, from: number, to?: number) => ({
      responseType: {
        case: 'arrowBatch' as const,
        value: {
          rowCount: 3n,
          data: data.slice(from, to),
          startOffset: 0n,
          chunkIndex: BigInt(at),
          numChunksInBatch: 2n,
        },
      },
    });
    server.answers = [piece(0, 0, 100), piece(1, 100)];
    expect(await numbers()).toEqual([1, 2, 3]);
    server.answers = [piece(1, 100), piece(0, 0, 100)];
    expect(await failureOf(numbers())).toMatchObject({ kind: 'unexpected' });
  });

  it.each([
    ['a missing batch', batch([3], 5)],
    ['a wrong count of rows', batch([3], 2, { rowCount: 2n })],
    ['bytes that are no Arrow', batch([3], 2, { data: Uint8Array.of(1, 2, 3) })],
  ])('with %s are no result', async (_, second) => {
    server.answers = [batch([1, 2], 0), second];
    expect(await failureOf(numbers())).toMatchObject({ kind: 'unexpected' });
  });
});

describe('an error of Spark', () => {
  it('keeps its class, its SQLSTATE and its parameters', async () => {
    const info = {
      reason: 'org.apache.spark.sql.AnalysisException',
      errorClass: 'TABLE_OR_VIEW_NOT_FOUND',
      sqlState: '42P01',
      messageParameters: '{"relationName":"`nope`"}',
    };
    server.faults = [{ at: 0, kind: 'status', code: 13, text: '[TABLE_OR_VIEW_NOT_FOUND] nope', info }];
    expect(await failureOf(numbers())).toMatchObject({
      kind: 'invalid-request',
      native: { code: 'TABLE_OR_VIEW_NOT_FOUND', sqlState: '42P01', messageParameters: { relationName: '`nope`' } },
    });
  });

  it('says where in the statement it is, when the server keeps that', async () => {
    const queryContexts = [{ fragment: 'nope', startIndex: 14, stopIndex: 17 }];
    server.details = {
      rootErrorIdx: 0,
      errors: [{ sparkThrowable: { errorClass: 'X.Y', sqlState: '42P01', queryContexts } }],
    };
    server.faults = [{ at: 0, kind: 'status', code: 13, text: 'cut short', info: { errorId: 'e-1' } }];
    expect(await failureOf(numbers())).toMatchObject({
      native: { code: 'X.Y', sqlState: '42P01', queryContexts: [{ fragment: 'nope', start: 14, stop: 17 }] },
    });
  });

  it('of an engine that has stopped is the end of the session', async () => {
    const info = { reason: 'java.lang.IllegalStateException' };
    const text = 'Cannot call methods on a stopped SparkContext.';
    server.faults = [{ at: 0, kind: 'status', code: 13, text, info }];
    expect(await failureOf(numbers())).toMatchObject({ kind: 'session-failed' });
  });
});

describe('a token', () => {
  it('that is refused in mid-stream is replaced once, and the statement goes on', async () => {
    server.faults = [{ at: 1, kind: 'status', code: 7, text: 'expired' }];
    expect(await numbers()).toEqual([1, 2, 3]);
    expect(asked).toBe(2);
    expect(server.calls.at(-1)?.token).toBe('secret-2');
  });

  it('that is cut off as proxies of AWS do is replaced near its end only', async () => {
    server.faults = [{ at: 1, kind: 'status', code: 2, text: 'Stream removed' }];
    expect(await failureOf(numbers())).toMatchObject({ kind: 'unexpected' });
    await runner.release(HANDLE);
    expiresInMs = 60_000;
    server.faults = [{ at: 1, kind: 'status', code: 2, text: 'Stream removed' }];
    expect(await numbers()).toEqual([1, 2, 3]);
  });

  it('that is refused for good is one error that does not show it', async () => {
    server.accepts = new Set();
    const error = await failureOf(numbers());
    expect(error).toMatchObject({ kind: 'unauthenticated', message: expect.stringContaining('bad token: …') });
    expect(inspect(error, { depth: 9 }) + JSON.stringify(error)).not.toContain('secret');
    expect(asked).toBe(2);
  });

  it('is not shown by an error whose details repeat it', async () => {
    const messageParameters = JSON.stringify({ header: 'Bearer secret-1' });
    const info = { errorClass: 'BAD_HEADER', messageParameters };
    server.faults = [{ at: 1, kind: 'status', code: 13, text: '[BAD_HEADER] secret-1', info }];
    const error = await failureOf(numbers());
    expect(error).toMatchObject({ native: { messageParameters: { header: 'Bearer …' } } });
    expect(inspect(error, { depth: 9 }) + JSON.stringify(error)).not.toContain('secret');
  });

  it('is not seen in what connect gives, but for the url', async () => {
    const connection = await runner.connect(HANDLE, call());
    expect(inspect(connection, { showHidden: true, depth: 9 }) + JSON.stringify(connection)).not.toContain('secret');
    expect(connection.url).toContain(';x-aws-proxy-auth=secret-1');
    expect(connection).toMatchObject({ sparkVersion: '4.1.4', userId: 'anysession' });
    expect(await connection.metadata()).toEqual({ 'x-aws-proxy-auth': 'secret-1' });
  });
});

describe('joining', () => {
  it('takes no longer than its caller allows', async () => {
    server.isSilent = true;
    const join = (more: object): Promise<unknown> => failureOf(runner.connect(HANDLE, call(more)));
    const [late, left] = [{ deadline: systemClock.monotonicMs() + 50 }, { signal: AbortSignal.timeout(5) }];
    expect(await join(late)).toMatchObject({ kind: 'timeout', operation: 'connect' });
    expect(await join(left)).toMatchObject({ kind: 'aborted', operation: 'connect' });
  });
});

describe('cancelling', () => {
  it('repeats the interrupt until it finds the operation, and leaves nothing behind', async () => {
    server.interruptsFind = 'none';
    server.faults = [{ at: 1, kind: 'silence' }];
    const controller = new AbortController();
    const work = failureOf(numbers(controller.signal));
    while (server.begun.size < 2) await new Promise((resolve) => setTimeout(resolve, 2));
    controller.abort(new Error('enough'));
    expect(await work).toMatchObject({ kind: 'aborted' });
    expect(server.interrupted.length).toBeGreaterThanOrEqual(2);
    const [, query] = [...server.begun.keys()];
    expect(server.released).toContain(query);
  });

  it('goes on for longer than its statement waits while the server is not heard at all', async () => {
    const clock = new VirtualClock();
    const quiet = runnerTo(async () => endpointTo(server.port), clock);
    server.faults = [{ at: 1, kind: 'silence' }];
    const controller = new AbortController();
    const execution = await quiet.execute(HANDLE, { id: 's', text: 'SELECT n' }, call({ signal: controller.signal }));
    server.isSilent = true;
    const abortedAtMs = clock.monotonicMs();
    controller.abort();
    await clock.runUntilSettled(execution.close(), { ioPatienceMs: 30_000 });
    expect(clock.monotonicMs() - abortedAtMs).toBeGreaterThan(STOP_TIMEOUT_MS);
    await quiet.close();
  });

  it('by leaving a result early releases it', async () => {
    server.faults = [{ at: 1, kind: 'silence' }];
    await (await execute()).close();
    const [, query] = [...server.begun.keys()];
    expect(server.released).toContain(query);
  });
});
