import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SparkConnectRunner } from '../../src/contract/spark-connect.ts';
import { silentLogger, systemClock, systemRandom } from '../../src/session/system-ports.ts';
import { sparkConnectFactory } from '../../src/spark-connect/spark-connect-factory.ts';
import { FakeServer } from './fake-server.ts';

const HANDLE = { v: 1, provider: 'local', scope: 'here', id: 'one' } as const;
const CALL = { signal: new AbortController().signal, deadline: Number.POSITIVE_INFINITY, attempt: 1 };
const SIX_MINUTES_MS = 6 * 60_000;

let server: FakeServer;
let runner: SparkConnectRunner;
let aheadMs: number;

beforeEach(async () => {
  server = new FakeServer();
  await server.listen();
  // As Spark 3.5, which has no name of its own for a session.
  server.serverSideSessionId = '';
  aheadMs = 0;
  const schedule: typeof systemClock.schedule = (ms, run, kind) =>
    systemClock.schedule(kind === 'background' ? ms : Math.min(ms, 5), run, kind);
  const clock = { ...systemClock, schedule, monotonicMs: () => systemClock.monotonicMs() + aheadMs };
  runner = sparkConnectFactory({ clock, random: systemRandom, logger: silentLogger })(() =>
    Promise.resolve({ host: '127.0.0.1', port: server.port, tls: false, metadata: {}, expiresAtMs: Infinity }),
  );
});

afterEach(async () => {
  await runner.close();
  server.close();
});

async function run(): Promise<void> {
  const execution = await runner.execute(HANDLE, { id: 's', text: 'SELECT n' }, CALL);
  await execution.batches()[Symbol.asyncIterator]().next();
  await execution.close();
}

/** A session that is used and marked. */
async function begin(): Promise<void> {
  await run();
  await expect.poll(() => server.settings.size, { timeout: 30_000 }).toBe(1);
  // The answer to the mark has to arrive as well.
  await run();
}

it('asks for nothing while the connection holds and the session is in use', async () => {
  await begin();
  await run();
  expect(server.count('Config')).toBe(1);
});

it.each([
  ['the connection has broken', () => server.breakConnections()],
  ['nothing was heard for long', () => void (aheadMs = SIX_MINUTES_MS)],
])('looks for its mark when %s, and goes on where it is', async (_, happen) => {
  await begin();
  happen();
  await run();
  await run();
  expect(server.count('Config')).toBe(2);
});

it.each([
  ['a restart', () => server.breakConnections()],
  ['a long silence', () => void (aheadMs = SIX_MINUTES_MS)],
])('is lost when its mark is gone after %s, for ever, and runs nothing in the new one', async (_, happen) => {
  await begin();
  const { size } = server.begun;
  server.settings.clear();
  happen();
  for (let time = 0; time < 2; time += 1)
    await expect(run()).rejects.toMatchObject({ kind: 'session-failed', message: expect.stringContaining('lost') });
  expect(server.begun.size).toBe(size);
});

it('needs no mark where the server names the session', async () => {
  server.serverSideSessionId = 'server-1';
  await run();
  server.breakConnections();
  await run();
  expect(server.count('Config')).toBe(0);
});

it('reads and changes settings', async () => {
  const { settings } = await runner.connect(HANDLE, CALL);
  await settings.set('spark.sql.session.timeZone', 'UTC');
  expect(await settings.get('spark.sql.session.timeZone')).toBe('UTC');
  await settings.unset('spark.sql.session.timeZone');
  expect(await settings.get('spark.sql.session.timeZone')).toBeUndefined();
});
