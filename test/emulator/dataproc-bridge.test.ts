import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConnectEndpoint } from '../../src/contract/session-provider.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { startEmulator } from '../../src/emulator/start-emulator.ts';
import { failureOf } from '../failure-of.ts';
import { call, endpointTo, HANDLE, runnerTo } from '../spark-connect/connect-stage.ts';
import { googleClient, PARENT } from './dataproc-client.ts';

const PATH = '/tcp-over-websocket-bridge/35218cb7-1201-4940-89e8-48d8f03fed96';

let emulator: Emulator;
let client: ReturnType<typeof googleClient>;

beforeAll(async () => {
  emulator = await startEmulator({ services: ['dataproc'], startupMs: 0, dataproc: { requireBearer: true } });
  client = googleClient(emulator, 'grpc');
});
afterAll(async () => {
  await client.close();
  await emulator.close();
});

const headers = { authorization: 'Bearer ya29.any' };
const options = { otherArgs: { headers } };

/** A session that is ready; gives its resource. */
async function start(session: object = { sparkConnectSession: {} }) {
  const sessionId = `s-${randomUUID()}`;
  await client.createSession({ parent: PARENT, sessionId, session }, options);
  for (;;) {
    const [found] = await client.getSession({ name: `${PARENT}/sessions/${sessionId}` }, options);
    if (found.state === 'ACTIVE' && Object.keys(found.runtimeInfo?.endpoints ?? {}).length > 0) return found;
  }
}

/** Runs a statement as a client with this endpoint. */
async function ask(port: number, more: Partial<ConnectEndpoint>, text = 'SELECT 1 AS n'): Promise<number> {
  const runner = runnerTo(async () => endpointTo(port, more));
  try {
    const execution = await runner.execute(HANDLE, { id: 's', text }, call());
    let rows = 0;
    for await (const { rowCount } of execution.batches()) rows += rowCount;
    await execution.close();
    return rows;
  } finally {
    await runner.close();
  }
}

const portOf = (url: string): number => Number(new URL(url).port);
const tunnel = { path: PATH, headers };

describe('the bridge to the sessions of Dataproc', () => {
  it('leads to the session whose uuid a call names, and to no other', async () => {
    const [one, two] = [await start(), await start()];
    const port = portOf(emulator.urls.dataprocRest);
    expect(one.runtimeInfo?.endpoints).toEqual({ 'Spark Connect Server': `sc://127.0.0.1:${port}` });
    await ask(port, { tunnel, sessionId: one.uuid ?? '' }, 'CREATE TEMP VIEW mine AS SELECT 1 AS n');
    expect(await ask(port, { tunnel, sessionId: one.uuid ?? '' }, 'SELECT n FROM mine')).toBe(1);
    const missing = failureOf(ask(port, { tunnel, sessionId: two.uuid ?? '' }, 'SELECT n FROM mine'));
    expect(await missing).toMatchObject({ kind: 'invalid-request' });
    const unknown = await failureOf(ask(port, { tunnel, sessionId: randomUUID() }));
    expect(unknown).toMatchObject({ kind: 'invalid-request' });
    expect(unknown.message).toContain('No session has the uuid');
    const named = emulator.log().filter(({ operation }) => operation === 'ExecutePlan');
    const ids = [one, two].map(({ name }) => name?.split('/').at(-1));
    expect(new Set(named.map(({ sessionId }) => sessionId))).toEqual(new Set(ids));
  });

  it('is the only way to them', async () => {
    const { uuid: sessionId = '' } = (await start()) as { readonly uuid?: string };
    const direct = { sessionId, metadata: { 'x-aws-proxy-auth': sessionId } };
    expect(await failureOf(ask(portOf(emulator.urls.sparkConnect), direct))).toMatchObject({ kind: 'unauthenticated' });
    expect(await failureOf(ask(portOf(emulator.urls.dataprocGrpc), { sessionId }))).toMatchObject({
      kind: 'unsupported',
    });
  });

  it('is not there before a session is ready, nor after its end, nor for Jupyter', async () => {
    const { name = '', uuid } = await start();
    const port = portOf(emulator.urls.dataprocRest);
    const jupyter = await start({ jupyterSession: { kernel: 'PYTHON' } });
    expect(jupyter.runtimeInfo?.endpoints).not.toHaveProperty('Spark Connect Server');
    emulator.faults.add({ kind: 'session-becomes', state: 'TERMINATED', operation: 'GetSession' });
    await client.getSession({ name: name ?? '' }, options);
    await expect
      .poll(() => emulator.oracle.sessions().find(({ id }) => name?.endsWith(id))?.state, { timeout: 20_000 })
      .toBe('TERMINATED');
    const sessionIds = [uuid ?? '', jupyter.uuid ?? ''];
    for (const sessionId of sessionIds) {
      const runner = runnerTo(async () => endpointTo(port, { tunnel, sessionId }), undefined);
      const controller = new AbortController();
      const running = runner.execute(HANDLE, { id: 's', text: 'SELECT 1' }, call({ signal: controller.signal }));
      setTimeout(() => controller.abort(new Error('enough')), 500);
      expect(await failureOf(running)).toMatchObject({ kind: 'aborted' });
      await runner.close();
    }
    const refused = emulator.log().filter(({ errorCode }) => errorCode === 'UNAVAILABLE');
    expect(new Set(refused.map(({ sessionId }) => sessionId)).size).toBe(2);
  });
});

it.each([
  ['without a token', PATH, { upgrade: 'websocket' }, 401],
  ['with a token that is no bearer', PATH, { upgrade: 'websocket', authorization: 'Basic x' }, 401],
  ['at another path', '/tcp-over-websocket-bridge/another', { upgrade: 'websocket', ...headers }, 404],
  ['for something else than a WebSocket', PATH, { upgrade: 'h2c', ...headers }, 404],
  ['without the upgrade', PATH, headers, 404],
  ['for a session of the API', `/v1/${PARENT}/sessions/none`, { upgrade: 'websocket', ...headers }, 404],
] as const)('a request %s is refused', async (_, path, more, status) => {
  const connection = 'upgrade' in more ? { connection: 'Upgrade' } : {};
  const key = { 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', 'sec-websocket-version': '13' };
  const url = `${emulator.urls.dataprocRest}${path}`;
  const found = await new Promise<number | undefined>((resolve, reject) => {
    const asking = request(url, { headers: { ...key, ...connection, ...more } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    asking.on('upgrade', (answer, socket) => {
      socket.destroy();
      resolve(answer.statusCode);
    });
    asking.on('error', reject).end();
  });
  expect(found).toBe(status);
});
