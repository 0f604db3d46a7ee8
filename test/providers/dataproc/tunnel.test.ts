import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { toConnectEndpoint } from '../../../providers/dataproc/connect-endpoint.ts';
import { plugin } from '../../../providers/dataproc/plugin.ts';
import type { Fault } from '../../../src/emulator/fault.ts';
import { startEmulator } from '../../../src/emulator/start-emulator.ts';
import { openSessions } from '../../../src/index.ts';
import { openSqlStage, type SqlStage } from '../../emulator/sql-stage.ts';
import { run } from '../../cli/process.ts';
import { failureOf } from '../../failure-of.ts';

const HANDLE = { v: 1, provider: 'dataproc', scope: 'p/r', id: 's-1' } as const;

describe('the endpoint of a session', () => {
  const bearer = { headers: { authorization: 'Bearer ya29' }, expiresAtMs: 5 };
  const CONNECT = 'Spark Connect Server';
  const answered = (address: string | undefined, more: object = {}, tls = true) =>
    toConnectEndpoint(
      {
        uuid: 'u-1',
        state: 'ACTIVE',
        sparkConnectSession: {},
        runtimeInfo: { endpoints: address === undefined ? {} : { [CONNECT]: address } },
        ...more,
      },
      { handle: HANDLE, bearer, tls },
    );

  it.each([
    ['sc://a-dot-us.example.com:443', 'a-dot-us.example.com', 443],
    ['sc://a-dot-us.example.com', 'a-dot-us.example.com', 443],
    ['sc://a.example.com:443/;session_id=x;use_ssl=true', 'a.example.com', 443],
    ['sc://a.example.com:8443', 'a.example.com', 8443],
    ['https://a.example.com/', 'a.example.com', 443],
    ['https://a.example.com:444/some/path?x=y', 'a.example.com', 444],
    ['sc://[::1]:15002', '::1', 15_002],
  ])('%s', (address, host, port) => {
    expect(answered(address)).toEqual({
      ...{ host, port, tls: true, metadata: {}, expiresAtMs: 5, sessionId: 'u-1' },
      tunnel: {
        path: '/tcp-over-websocket-bridge/35218cb7-1201-4940-89e8-48d8f03fed96',
        headers: { authorization: 'Bearer ya29' },
      },
    });
  });

  it('has no TLS only where the service has none, and never with https', () => {
    expect(answered('sc://127.0.0.1:5', {}, false).tls).toBe(false);
    expect(answered('https://127.0.0.1:5', {}, false).tls).toBe(true);
  });

  it.each([
    ['no endpoint yet', 'conflict', undefined, {}],
    ['a session that is created', 'conflict', undefined, { state: 'CREATING' }],
    ['a session that has ended', 'session-failed', 'sc://a:443', { state: 'TERMINATED', stateMessage: 'idle' }],
    ['a session that ends', 'session-failed', 'sc://a:443', { state: 3 }],
    ['a session that failed', 'session-failed', undefined, { state: 'FAILED' }],
    ['a Jupyter session', 'unsupported', undefined, { jupyterSession: {} }],
    ['another scheme', 'unexpected', 'ftp://a', {}],
    ['no host', 'unexpected', 'sc://', {}],
    ['a port that is none', 'unexpected', 'sc://a:99999', {}],
    ['a user', 'unexpected', 'sc://user:pass@a:1', {}],
    ['no uuid', 'unexpected', 'sc://a:443', { uuid: '' }],
  ] as const)('%s is an error', async (_, kind, address, more) => {
    const error = await failureOf(() => answered(address, more));
    expect(error).toMatchObject({ kind, handle: HANDLE, operation: 'endpoint' });
  });
});

describe('SQL through the tunnel', () => {
  let stage: SqlStage;

  beforeAll(async () => {
    stage = await openSqlStage('dataproc', { dataproc: { requireBearer: true } });
  });
  afterAll(() => stage[Symbol.asyncDispose]());
  afterEach(() => expect(stage.emulator.faults.pending()).toEqual([]));

  /** The next statement needs a new connection. */
  async function disconnected(...faults: readonly Fault[]): Promise<void> {
    stage.emulator.faults.add({ kind: 'rpc-cut' });
    for (const fault of faults) stage.emulator.faults.add({ ...fault, operation: 'OpenWebSocket' });
  }

  it.each([
    "SELECT 1 AS n, NULL AS nothing, 1.5::DOUBLE AS half, [1, 2] AS list, TIMESTAMPTZ '2024-01-02 03:04:05+00' AS at",
    "SELECT range AS n, repeat('x', 100) AS word FROM range(30000)",
    'SELECT 1 AS n WHERE false',
    'CREATE OR REPLACE TEMP VIEW one AS SELECT 1 AS n',
  ])('gives what Athena gives: %s', async (text) => {
    await using athena = await openSqlStage('athena');
    const [ours, theirs] = [await stage.session.sql(text), await athena.session.sql(text)];
    expect(ours.schema).toEqual(theirs.schema);
    expect(await ours.rows()).toEqual(await theirs.rows());
  });

  it('is not an address for other clients, which the error helps', async () => {
    const error = await failureOf(stage.session.connect());
    expect(error).toMatchObject({ kind: 'unsupported', operation: 'connect', effect: 'none' });
    expect(error.message).toContain('`anysession exec -- COMMAND`');
    expect(error.message).toContain('`anysession proxy`');
  });

  it.each<readonly [name: string, fault: Fault]>([
    ['an expired token', { kind: 'error', code: 'UNAUTHENTICATED', httpStatus: 401 }],
    ['no bridge yet', { kind: 'error', code: 'NOT_FOUND', httpStatus: 404 }],
    ['an overload', { kind: 'throttle', times: 2 }],
    ['a failure', { kind: 'server-error' }],
    ['a web page', { kind: 'html' }],
    ['a reset', { kind: 'reset', when: 'before' }],
  ])('a statement runs in spite of %s at a new connection', async (_, fault) => {
    const before = stage.calls('OpenWebSocket').length;
    await disconnected(fault);
    expect(await stage.rows('SELECT 7 AS n')).toEqual([{ n: 7 }]);
    expect(stage.calls('OpenWebSocket').length).toBeGreaterThan(before);
  });

  it('shares views and settings with every client of the session, and never releases its Spark session', async () => {
    await using emulator = await startEmulator({ services: ['dataproc'], startupMs: 0 });
    const options = { project: 'my-project-1', region: 'us-central1', endpoint: emulator.urls.dataprocGrpc };
    const key = `shared-${randomUUID()}`;
    const first = await openSessions({ provider: { plugin, options }, owner: 'first' });
    const second = await openSessions({ provider: { plugin, options }, owner: 'second' });
    emulator.faults.add({ kind: 'slow', delayMs: 300, operation: 'OpenWebSocket' });
    const session = await first.start({ key });
    await (await session.sql('CREATE TEMP VIEW shared AS SELECT 5 AS n')).rows();
    const other = await second.attach(session.handle);
    expect(await (await other.sql('SELECT n FROM shared')).rows()).toEqual([{ n: 5 }]);
    await second.close();
    expect(await (await session.sql('SELECT n FROM shared')).rows()).toEqual([{ n: 5 }]);
    await first.close();
    expect(emulator.log().map(({ operation }) => operation)).not.toContain('ReleaseSession');
    expect(emulator.oracle.live()).toEqual([]);
  });

  it('goes on with a new token after a reset in mid-result, and an open WebSocket outlives its token', async () => {
    // Google's library renews a token that lives for less than 5 minutes: after a second here.
    const tokens: string[] = [];
    const credentials = async () => {
      tokens.push(`ya29.token-${tokens.length}`);
      return { accessToken: tokens.at(-1) ?? '', expiresAtMs: Date.now() + 5 * 60_000 + 1_000 };
    };
    const rules = { requireBearer: true, bearerLifetimeMs: 30 * 60_000 };
    await using emulator = await startEmulator({ services: ['dataproc'], startupMs: 0, dataproc: rules });
    const options = {
      project: 'my-project-1',
      region: 'us-central1',
      endpoint: emulator.urls.dataprocGrpc,
      credentials,
    };
    await using sessions = await openSessions({ provider: { plugin, options } });
    const session = await sessions.start();
    const opened = () => emulator.log().filter(({ operation }) => operation === 'OpenWebSocket');
    await (await session.sql('SELECT 1')).rows();
    await sleep(1_100);
    emulator.advance(rules.bearerLifetimeMs);
    expect(await (await session.sql('SELECT 2 AS n')).rows()).toEqual([{ n: 2 }]);
    expect(opened().map(({ httpStatus }) => httpStatus)).toEqual([200]);
    emulator.faults.add({ kind: 'rpc-cut', skip: 1, afterAnswers: 1 });
    const rows = await (await session.sql('SELECT range AS n FROM range(40000)')).rows();
    expect(rows.map(({ n }) => Number(n))).toEqual(Array.from({ length: 40_000 }, (_, n) => n));
    expect(opened().map(({ httpStatus }) => httpStatus)).toEqual([200, 401, 200]);
    expect(tokens.length).toBeGreaterThan(1);
    expect(JSON.stringify(emulator.log())).not.toContain('ya29');
  });

  it('a user without permission gets one clear error', async () => {
    await disconnected({ kind: 'error', code: 'PERMISSION_DENIED', httpStatus: 403, times: 2 });
    expect(await failureOf(stage.rows('SELECT 7 AS n'))).toMatchObject({ kind: 'forbidden' });
    expect(await stage.rows('SELECT 7 AS n')).toEqual([{ n: 7 }]);
  });
});

it(
  'a program lives until its statement ends, and no longer, although it closes nothing',
  { timeout: 90_000 },
  async () => {
    await using emulator = await startEmulator({ services: ['dataproc'], startupMs: 0 });
    const program = fileURLToPath(new URL('./unclosed-program.ts', import.meta.url));
    const command = [process.execPath, '--import', import.meta.resolve('tsx'), program, emulator.urls.dataprocGrpc];
    const { code, stdout } = await run(command, { cwd: process.cwd() }).ended;
    expect([code, stdout]).toEqual([0, '1504470000000\n']);
  },
);
