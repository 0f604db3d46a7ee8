import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SparkConnectRunner } from '../../src/contract/spark-connect.ts';
import { systemClock } from '../../src/session/system-ports.ts';
import { call, endpointTo, HANDLE, runnerTo, runOne, schedulePromptly } from './connect-stage.ts';
import { FakeServer } from './fake-server.ts';

const SIX_MINUTES_MS = 6 * 60_000;

let server: FakeServer;
let runner: SparkConnectRunner;
let aheadMs: number;

beforeEach(async () => {
  server = new FakeServer();
  await server.listen();
  // Like Spark 3.5, which does not name sessions.
  server.serverSideSessionId = '';
  aheadMs = 0;
  const monotonicMs = (): number => systemClock.monotonicMs() + aheadMs;
  runner = runnerTo(async () => endpointTo(server.port), { ...systemClock, schedule: schedulePromptly, monotonicMs });
});

afterEach(async () => {
  await runner.close();
  server.close();
});

const run = (): Promise<void> => runOne(runner);

/** A session that is in use and has its sentinel. */
async function begin(): Promise<void> {
  await run();
  await expect.poll(() => server.settings.size, { timeout: 30_000 }).toBe(1);
  // The answer to the sentinel must arrive too.
  await run();
}

it('is not checked while the connection is open and the session is in use', async () => {
  await begin();
  await run();
  expect(server.count('Config')).toBe(1);
});

it.each([
  ['the connection broke', () => server.breakConnections()],
  ['a long silence', () => void (aheadMs = SIX_MINUTES_MS)],
])('is checked after %s, and continues if its sentinel is there', async (_, happen) => {
  await begin();
  happen();
  await run();
  await run();
  expect(server.count('Config')).toBe(2);
});

it.each([
  ['a restart', () => server.breakConnections()],
  ['a long silence', () => void (aheadMs = SIX_MINUTES_MS)],
])('is lost for good if its sentinel is gone after %s, and runs nothing in the new session', async (_, happen) => {
  await begin();
  const { size } = server.begun;
  server.settings.clear();
  happen();
  for (let time = 0; time < 2; time += 1)
    await expect(run()).rejects.toMatchObject({ kind: 'session-failed', message: expect.stringContaining('lost') });
  expect(server.begun.size).toBe(size);
});

it('needs no sentinel where the server names the session', async () => {
  server.serverSideSessionId = 'server-1';
  await run();
  server.breakConnections();
  await run();
  expect(server.count('Config')).toBe(0);
});

it('reads and changes settings', async () => {
  const { settings } = await runner.connect(HANDLE, call());
  await settings.set('spark.sql.session.timeZone', 'UTC');
  expect(await settings.get('spark.sql.session.timeZone')).toBe('UTC');
  await settings.unset('spark.sql.session.timeZone');
  expect(await settings.get('spark.sql.session.timeZone')).toBeUndefined();
});
