import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConnectEndpoint } from '../../src/contract/session-provider.ts';
import type { SparkConnectRunner } from '../../src/contract/spark-connect.ts';
import { systemClock } from '../../src/session/system-ports.ts';
import { failureOf } from '../failure-of.ts';
import { Bridge, PATH, type Spoiled } from './bridge.ts';
import { call, endpointTo, HANDLE, runnerTo, runOne, schedulePromptly } from './connect-stage.ts';
import { batch, FakeServer } from './fake-server.ts';

const SESSION = '0b5c1f0e-64f5-4d0a-9d43-0d6c2f2f4e11';
const quick = { ...systemClock, schedule: schedulePromptly };

let server: FakeServer;
let bridge: Bridge;
let runner: SparkConnectRunner;
/** How often the cloud was asked for a token. */
let tokens: number;

function endpoint(more: Partial<ConnectEndpoint> = {}): ConnectEndpoint {
  tokens += 1;
  const tunnel = { path: PATH, headers: { authorization: `Bearer ya29.secret-${tokens}` } };
  return endpointTo(bridge.port, { tunnel, sessionId: SESSION, ...more });
}

beforeEach(async () => {
  tokens = 0;
  server = new FakeServer();
  await server.listen();
  bridge = await Bridge.listen(server.port);
  runner = runnerTo(async () => endpoint(), quick);
});

afterEach(async () => {
  await runner.close();
  bridge.close();
  server.close();
});

async function rowsOf(): Promise<readonly number[]> {
  const execution = await runner.execute(HANDLE, { id: 's', text: 'SELECT n' }, call());
  const counts: number[] = [];
  for await (const { rowCount } of execution.batches()) counts.push(rowCount);
  await execution.close();
  return counts;
}

describe('a WebSocket tunnel', () => {
  it('carries statements, with the token on the WebSocket only, and the session that the service fixes', async () => {
    expect(await rowsOf()).toEqual([2, 1]);
    expect(bridge.requests).toEqual([{ path: PATH, authorization: 'Bearer ya29.secret-1' }]);
    const sessions = server.calls.map(({ request }) => (request as { readonly sessionId?: string }).sessionId);
    expect(new Set(sessions)).toEqual(new Set([SESSION]));
    expect(server.calls.every(({ token }) => token === undefined)).toBe(true);
    expect(server.calls.map(({ method }) => method)).not.toContain('ReleaseSession');
  });

  it('opens one WebSocket for all statements, and another with a token when the connection was reset', async () => {
    await rowsOf();
    await rowsOf();
    expect(bridge.requests).toHaveLength(1);
    bridge.reset();
    expect(await rowsOf()).toEqual([2, 1]);
    expect(bridge.requests).toHaveLength(2);
  });

  it.each([1, 2])('goes on after a reset in mid-result, after %i answers, and loses or repeats no row', async (at) => {
    server.answers = Array.from({ length: 4 }, (_, row) => batch([row], row));
    server.faults = [{ at, kind: 'silence' }];
    const execution = await runner.execute(HANDLE, { id: 's', text: 'SELECT n' }, call());
    const starts: bigint[] = [];
    for await (const { rowCount } of execution.batches()) {
      starts.push(BigInt(rowCount));
      if (starts.length === at) bridge.reset();
    }
    await execution.close();
    expect(starts).toEqual([1n, 1n, 1n, 1n]);
    expect([...server.begun.values()]).toEqual([1, 1]);
  });

  it('refused once with 401, it is opened with a new token', async () => {
    bridge.refusals = [401];
    expect(await rowsOf()).toEqual([2, 1]);
    expect(bridge.requests.map(({ authorization }) => authorization)).toEqual([
      'Bearer ya29.secret-1',
      'Bearer ya29.secret-2',
    ]);
  });

  it.each([404, 429, 500, 502, 503])('refused with %i a few times, it is opened again', async (status) => {
    bridge.refusals = [status, status, status];
    expect(await rowsOf()).toEqual([2, 1]);
  });

  it.each([
    [401, 'unauthenticated', 'The server rejected this token and a new one'],
    [403, 'forbidden', 'Check your permissions'],
    [404, 'unavailable', 'Check whether the session still runs'],
    [429, 'rate-limited', 'The server is overloaded'],
    [502, 'unavailable', 'The server cannot be reached'],
  ] as const)('refused with %i, it is one error that names the server', async (status, kind, text) => {
    bridge.refusals = Array.from({ length: 30 }, () => status);
    const error = await failureOf(runOne(runner));
    expect(error).toMatchObject({ kind, effect: 'none', handle: HANDLE });
    expect(error.message).toContain(text);
    expect(error.message).toContain(`the server answered HTTP ${status} to the request for a WebSocket`);
    expect(inspect(error, { depth: 9 })).not.toContain('ya29');
  });

  it('removes the token from what the server answers', async () => {
    const echo = { at: -1, kind: 'status', code: 3, text: 'no: Bearer ya29.secret-1' } as const;
    server.commandFaults = [echo];
    const error = await failureOf(runOne(runner));
    expect(error.message).toContain('no: Bearer');
    expect(inspect(error, { depth: 9 })).not.toContain('ya29');
  });
});

describe('a message that is no hexadecimal text is one clear error and never wrong data:', () => {
  const text =
    (change: (message: string) => string) =>
    (message: Buffer): Spoiled => [Buffer.from(change(message.toString('latin1'))), false];
  it.each<readonly [name: string, words: string, spoil: (message: Buffer) => Spoiled]>([
    ['half a byte', 'an odd number of hexadecimal digits', text((message) => message.slice(1))],
    ['another character', 'is no hexadecimal digit', text((message) => message.replace(/^./, 'x'))],
    ['another character at the end', 'is no hexadecimal digit', text((message) => message.replace(/..$/, 'zz'))],
    ['base64', 'is no hexadecimal digit', text((message) => Buffer.from(message, 'hex').toString('base64'))],
    ['a binary message', 'a binary message', (message) => [Buffer.from(message.toString('latin1'), 'hex'), true]],
    ['16 MiB and a byte', 'Max payload size exceeded', () => [Buffer.alloc(16 * 1024 ** 2 + 2, '0'), false]],
  ])('%s', async (_, words, spoil) => {
    let messages = 0;
    // The first ones open the connection: the damage comes with the rows, which Node 26 sends in one message.
    bridge.spoil = (message) => ((messages += 1) > 6 || message.length > 2_000 ? spoil(message) : [message, false]);
    server.answers = Array.from({ length: 50 }, (_, row) => batch([row], row));
    const error = await failureOf(rowsOf());
    expect(error).toMatchObject({ kind: 'unexpected' });
    expect(error.message).toContain(words);
  });

  it.each(['upper case', 'messages without any digit'])('%s is one', async (what) => {
    bridge.spoil =
      what === 'upper case'
        ? text((message) => message.toUpperCase())
        : (message) => {
            for (const webSocket of bridge.webSockets) webSocket.send('');
            return [message, false];
          };
    expect(await rowsOf()).toEqual([2, 1]);
  });
});

describe('a tunnel with TLS', () => {
  const pair = {
    key: readFileSync(new URL('../proxy/fixtures/hosts-key.pem', import.meta.url)),
    cert: readFileSync(new URL('../proxy/fixtures/hosts-cert.pem', import.meta.url)),
  };

  it('whose certificate is not trusted is an error of the configuration, and sends no token', async () => {
    const secure = await Bridge.listen(server.port, pair);
    try {
      runner = runnerTo(async () => endpoint({ host: 'localhost', port: secure.port, tls: true }), quick);
      const error = await failureOf(runOne(runner));
      expect(error).toMatchObject({ kind: 'config-invalid', effect: 'none' });
      expect(error.message).toContain(`No TLS connection to localhost:${secure.port}`);
      expect(secure.requests).toEqual([]);
    } finally {
      secure.close();
    }
  });

  it('is needed for a token that leaves this machine', async () => {
    runner = runnerTo(async () => endpoint({ host: 'spark.example.test' }), quick);
    const error = await failureOf(runOne(runner));
    expect(error).toMatchObject({ kind: 'config-invalid' });
    expect(error.message).toContain('spark.example.test');
  });
});

describe('back-pressure', () => {
  /** Windows of HTTP/2 for the stream and the connection, what is buffered around them, and all of it in hexadecimal. */
  const MOST_BYTES = 2 * 48 * 1024 ** 2;

  it('a slow reader stops the server, and then gets every row', async () => {
    const rows = 256 * 1024;
    const one = batch(
      Array.from({ length: rows }, (_, at) => at),
      0,
    );
    server.answers = Array.from({ length: 150 }, (_, at) => {
      const { value } = one.responseType as { value: object };
      return { responseType: { case: 'arrowBatch' as const, value: { ...value, startOffset: BigInt(at * rows) } } };
    });
    const execution = await runner.execute(HANDLE, { id: 's', text: 'SELECT n' }, call());
    const batches = execution.batches()[Symbol.asyncIterator]();
    await batches.next();
    let sent = -1;
    while (sent !== bridge.sentBytes) {
      sent = bridge.sentBytes;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    expect(sent).toBeLessThan(MOST_BYTES);
    let more = 1;
    while ((await batches.next()).done !== true) more += 1;
    await execution.close();
    expect(more).toBe(150);
    expect(bridge.sentBytes).toBeGreaterThan(MOST_BYTES);
  });
});
