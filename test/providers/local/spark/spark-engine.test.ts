import { createServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { plugin } from '../../../../providers/local/plugin.ts';
import type { SessionHandle } from '../../../../src/contract/session-handle.ts';
import type { Observation } from '../../../../src/contract/observation.ts';
import type { SessionProvider } from '../../../../src/contract/session-provider.ts';
import { silentLogger, systemClock, systemRandom } from '../../../../src/session/system-ports.ts';
import { VirtualClock } from '../../../../src/testing/index.ts';
import { callWith, FREE_CALL, startRequest } from '../open-local.ts';
import { FakeEngine } from './fake-engine.ts';
import { RunnerLog } from './scripted-runner.ts';

const opened: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

/** A provider with the given options and a client without connections. */
function openProvider(
  options: Record<string, unknown>,
  clock = systemClock,
): { provider: SessionProvider; log: RunnerLog } {
  const log = new RunnerLog();
  const parsed = plugin.parseOptions(options);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const ports = { clock, random: systemRandom, logger: silentLogger, sparkConnect: log.factory };
  const provider = plugin.create(parsed.config, ports);
  opened.push(() => provider.close());
  return { provider, log };
}

async function fake(behaviour?: Parameters<typeof FakeEngine.make>[0]): Promise<FakeEngine> {
  const engine = await FakeEngine.make(behaviour);
  opened.push(() => engine[Symbol.asyncDispose]());
  return engine;
}

async function listening(): Promise<{ server: Server; url: string }> {
  const server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.push(async () => server.close());
  return {
    server,
    url: `sc://127.0.0.1:${(server.address() as AddressInfo).port}/;token=hush;x-tenant=a%20b;user_id=ada`,
  };
}

async function until(provider: SessionProvider, handle: SessionHandle, state: string): Promise<Observation> {
  return expect
    .poll(() => provider.describe(handle, FREE_CALL), { timeout: 30_000, interval: 5 })
    .toMatchObject({ state })
    .then(() => provider.describe(handle, FREE_CALL));
}

async function ready(provider: SessionProvider): Promise<SessionHandle> {
  const { handle } = await provider.start(startRequest(), FREE_CALL);
  await until(provider, handle, 'ready');
  return handle;
}

async function run(provider: SessionProvider, handle: SessionHandle, text: string): Promise<number> {
  const execution = await provider.statements!.execute(handle, { id: text, text }, FREE_CALL);
  let rows = 0;
  for await (const batch of execution.batches()) rows += batch.rowCount;
  return rows;
}

describe('a server that anysession starts', () => {
  it('is one process for all sessions: the first starts it, the last ends it', async () => {
    const engine = await fake();
    const { provider } = openProvider({ engine: 'sail', pythonEnvironment: engine.folder });
    const handles = await Promise.all([ready(provider), ready(provider)]);
    handles.push(await ready(provider));
    expect(engine.pids).toHaveLength(1);
    for (const handle of handles) {
      expect(engine.isRunning).toBe(true);
      await provider.terminate(handle, FREE_CALL);
      await until(provider, handle, 'terminated');
    }
    await expect.poll(() => engine.isRunning, { timeout: 30_000 }).toBe(false);
    await ready(provider);
    expect(engine.pids).toHaveLength(2);
    await provider.close();
    expect(engine.isRunning).toBe(false);
  });

  it('gives each Sail session its settings and a private warehouse folder', async () => {
    const engine = await fake();
    const init = ['SELECT 0'];
    const { provider, log } = openProvider({ engine: 'sail', pythonEnvironment: engine.folder, init });
    await ready(provider);
    const sparkConf = { 'spark.sql.session.timeZone': 'Europe/Zurich' };
    const request = startRequest({ sparkConf });
    const { handle } = await provider.start(request, FREE_CALL);
    await until(provider, handle, 'ready');
    const others = provider.start({ ...request, sparkConf: {} }, FREE_CALL);
    await expect(others).rejects.toMatchObject({ kind: 'conflict', message: expect.stringContaining('sparkConf') });
    expect(engine.pids).toHaveLength(1);
    const warehouse = expect.stringMatching(/^spark\.sql\.warehouse\.dir = \/.*anysession-sail-\w+\/warehouse$/);
    const zone = 'spark.sql.session.timeZone = Europe/Zurich';
    expect(log.statements).toEqual(['SELECT 1', warehouse, 'SELECT 0', 'SELECT 1', warehouse, zone, 'SELECT 0']);
  });

  it('that rejects a setting fails the session with the reason', async () => {
    const engine = await fake();
    const { provider } = openProvider({ engine: 'sail', pythonEnvironment: engine.folder });
    const { handle } = await provider.start(startRequest({ sparkConf: { static: '1' } }), FREE_CALL);
    expect((await until(provider, handle, 'failed')).reason).toContain('it cannot be changed');
  });

  it('fails its sessions with the reason when it is killed; the next session gets a new one', async () => {
    const engine = await fake();
    const { provider } = openProvider({ engine: 'sail', pythonEnvironment: engine.folder });
    const handles = await Promise.all([ready(provider), ready(provider)]);
    const call = callWith(new AbortController().signal);
    const running = provider.statements!.execute(handles[0], { id: 'hangs', text: 'HANGS' }, call);
    running.catch(() => {});
    process.kill(engine.pids[0]!, 'SIGKILL');
    await expect(running).rejects.toMatchObject({
      kind: 'session-failed',
      message: expect.stringContaining('has ended'),
    });
    for (const handle of handles) {
      const { reason, final } = await until(provider, handle, 'failed');
      expect(final).toBe(true);
      expect(reason).toContain('Sail 0.7.2 has ended');
      expect(reason).toContain('it ended with code 137');
      await expect(run(provider, handle, 'SELECT 2')).rejects.toMatchObject({ kind: 'session-failed' });
    }
    await ready(provider);
    expect(engine.pids).toHaveLength(2);
  });

  it('that does not start fails its sessions with the end of its output', async () => {
    const engine = await fake('dies');
    const { provider } = openProvider({ engine: 'sail', pythonEnvironment: engine.folder });
    const { handle } = await provider.start(startRequest(), FREE_CALL);
    const { reason } = await until(provider, handle, 'failed');
    expect(reason).toContain('Sail 0.7.2 did not start');
    expect(reason).toContain('no luck today\nit ended with code 3');
    expect(engine.pids).toHaveLength(1);
  });

  it('gets another port when its port is taken', async () => {
    const engine = await fake('has its port taken');
    const { provider } = openProvider({ engine: 'sail', pythonEnvironment: engine.folder });
    await ready(provider);
    expect(engine.pids).toHaveLength(2);
  });

  it('ends when the session is terminated before it listens', async () => {
    const engine = await fake('never listens');
    const { provider } = openProvider({ engine: 'sail', pythonEnvironment: engine.folder });
    const { handle } = await provider.start(startRequest(), FREE_CALL);
    await expect.poll(() => engine.isRunning, { timeout: 30_000 }).toBe(true);
    await provider.terminate(handle, FREE_CALL);
    await provider.close();
    expect(engine.isRunning).toBe(false);
    await until(provider, handle, 'terminated');
  });

  it('fails with the install command when it is not installed', async () => {
    const { provider } = openProvider({ engine: 'spark', pythonEnvironment: '/nowhere/venv' });
    await expect(provider.start(startRequest(), FREE_CALL)).rejects.toMatchObject({
      kind: 'config-invalid',
      message: expect.stringContaining("Run: /nowhere/venv/bin/python -m pip install 'pyspark[connect]'"),
    });
  });
});

describe('a running server', () => {
  it('is reached at its URL, without a secret in the handle', async () => {
    const { url } = await listening();
    const { provider, log } = openProvider({ engine: { url }, init: ['SET a = 1'] });
    expect(provider.capabilities).toMatchObject({ dialect: 'spark', sparkConnect: true, concurrentStatements: true });
    const handle = await ready(provider);
    expect(JSON.stringify(handle)).not.toContain('hush');
    expect(log.statements).toEqual(['SELECT 1', 'SET a = 1']);
    const endpoint = await provider.endpoint!(handle, FREE_CALL);
    expect({ ...endpoint, expiresAtMs: Infinity }).toEqual(log.endpoints[0]);
    const { details } = await provider.describe(handle, FREE_CALL);
    expect(endpoint.expiresAtMs).toBe(details.createdAtMs! + details.maxLifetimeMs!);
    expect(endpoint).toMatchObject({
      host: '127.0.0.1',
      tls: false,
      userId: 'ada',
      metadata: { authorization: 'Bearer hush', 'x-tenant': 'a b' },
    });
  });

  it('that does not respond fails the session at once, without a token in the message', async () => {
    const { server, url } = await listening();
    server.close();
    const { provider } = openProvider({ engine: { url } });
    const { handle } = await provider.start(startRequest(), FREE_CALL);
    const { reason } = await until(provider, handle, 'failed');
    expect(reason).toMatch(/no Spark Connect server responds at 127\.0\.0\.1:\d+ \(.*ECONNREFUSED/);
    expect(reason).not.toContain('hush');
  });

  it('that refuses a statement of init fails the session with it', async () => {
    const { url } = await listening();
    const { provider, log } = openProvider({ engine: { url }, init: ['SELECT 1', 'REFUSED'] });
    const { handle } = await provider.start(startRequest(), FREE_CALL);
    const { reason } = await until(provider, handle, 'failed');
    expect(reason).toBe('statement 2 of `init` failed: Spark refuses it');
    expect(log.closedRunners).toBe(1);
  });
});

describe('a session', () => {
  it('is busy while a statement runs or is half read, and goes on after a refusal', async () => {
    const { url } = await listening();
    const { provider, log } = openProvider({ engine: { url } });
    const handle = await ready(provider);
    const execution = await provider.statements!.execute(handle, { id: 'a', text: 'SELECT 3' }, FREE_CALL);
    expect(await run(provider, handle, 'SELECT 4')).toBe(3);
    expect(await provider.describe(handle, FREE_CALL)).toMatchObject({ state: 'busy', acceptsWork: true });
    expect(provider.statements!.progress(handle, 'a')).toEqual({ fraction: 0.5 });
    await execution.close();
    await until(provider, handle, 'ready');
    await expect(run(provider, handle, 'REFUSED')).rejects.toMatchObject({ kind: 'invalid-request' });
    expect(await run(provider, handle, 'SELECT 5')).toBe(3);
    await until(provider, handle, 'ready');
    expect(log.open).toBe(0);
  });

  it('stops a statement at an abort, before and while it is read; a result that was stopped is no whole one', async () => {
    const { url } = await listening();
    const { provider, log } = openProvider({ engine: { url } });
    const handle = await ready(provider);
    const controller = new AbortController();
    const hanging = provider.statements!.execute(handle, { id: 'a', text: 'HANGS' }, callWith(controller.signal));
    const half = await provider.statements!.execute(handle, { id: 'b', text: 'SELECT 6' }, callWith(controller.signal));
    const batches = half.batches()[Symbol.asyncIterator]();
    await batches.next();
    controller.abort();
    await expect(hanging).rejects.toMatchObject({ kind: 'aborted', effect: 'unknown' });
    await expect(batches.next()).rejects.toMatchObject({ kind: 'aborted' });
    await until(provider, handle, 'ready');
    expect(log.open).toBe(0);
  });

  it.each(['LOST', 'BREAKS'])('fails when its server answers that it is of no use: %s', async (text) => {
    const engine = await fake();
    const { provider } = openProvider({ engine: 'sail', pythonEnvironment: engine.folder });
    const [handle, other] = [await ready(provider), await ready(provider)];
    await expect(run(provider, handle, text)).rejects.toMatchObject({ kind: 'session-failed' });
    await until(provider, handle, 'failed');
    // Nobody new is sent to that server; whoever is there stays until it sees for itself.
    await ready(provider);
    expect(engine.pids).toHaveLength(2);
    expect(await run(provider, other, 'SELECT 7')).toBe(3);
  });

  it('ends when nothing has run in it for its idle timeout', async () => {
    const clock = new VirtualClock();
    const { url } = await listening();
    const { provider, log } = openProvider({ engine: { url } }, clock);
    const { handle } = await provider.start(startRequest({ idleTimeoutMs: 60_000 }), FREE_CALL);
    await expect.poll(() => log.statements, { timeout: 30_000, interval: 5 }).toHaveLength(1);
    await clock.advance(50);
    expect(await run(provider, handle, 'SELECT 8')).toBe(3);
    await clock.advance(59_000);
    expect(await run(provider, handle, 'SELECT 9')).toBe(3);
    await clock.advance(61_000);
    await expect
      .poll(() => clock.runUntilSettled(provider.describe(handle, FREE_CALL)), { timeout: 30_000 })
      .toMatchObject({ state: 'terminated', final: true, reason: expect.stringContaining('idle timeout') });
    await expect(provider.endpoint!(handle, FREE_CALL)).rejects.toMatchObject({ kind: 'conflict' });
    expect(log.closedRunners).toBe(1);
  });
});
