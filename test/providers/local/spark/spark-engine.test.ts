import { createServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { plugin } from '../../../../providers/local/plugin.ts';
import type { SessionHandle } from '../../../../src/contract/session-handle.ts';
import type { StartRequest } from '../../../../src/contract/start-request.ts';
import type { Observation } from '../../../../src/contract/observation.ts';
import type { SessionProvider } from '../../../../src/contract/session-provider.ts';
import { silentLogger, systemClock, systemRandom } from '../../../../src/session/system-ports.ts';
import { VirtualClock } from '../../../../src/testing/index.ts';
import { callWith, FREE_CALL, startRequest } from '../open-local.ts';
import { errorLike } from '../error-like.ts';
import { type Behaviour, FakeEngine } from './fake-engine.ts';
import { RunnerLog } from './scripted-runner.ts';

const opened: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

interface Opened {
  readonly provider: SessionProvider;
  readonly log: RunnerLog;
}

/** A provider with the given options and a client without connections. */
function openProvider(options: Record<string, unknown>, clock = systemClock): Opened {
  const log = new RunnerLog();
  const parsed = plugin.parseOptions(options);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const ports = { clock, random: systemRandom, logger: silentLogger, sparkConnect: log.factory };
  const provider = plugin.create(parsed.config, ports);
  opened.push(() => provider.close());
  return { provider, log };
}

/** A provider on a fake Sail. */
async function openSail(behaviour?: Behaviour, options = {}): Promise<Opened & { readonly engine: FakeEngine }> {
  const engine = await FakeEngine.make(behaviour);
  opened.push(() => engine[Symbol.asyncDispose]());
  return { engine, ...openProvider({ engine: 'sail', pythonEnvironment: engine.folder, ...options }) };
}

/** A provider on a running server, which accepts connections. */
async function openRemote(options = {}, clock = systemClock): Promise<Opened & { readonly server: Server }> {
  const server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.push(async () => server.close());
  const { port } = server.address() as AddressInfo;
  const url = `sc://127.0.0.1:${port}/;token=hush;x-tenant=a%20b;user_id=ada`;
  return { server, ...openProvider({ engine: { url }, ...options }, clock) };
}

async function until(provider: SessionProvider, handle: SessionHandle, state: string): Promise<Observation> {
  const describeIt = (): Promise<Observation> => provider.describe(handle, FREE_CALL);
  await expect.poll(describeIt, { timeout: 30_000, interval: 5 }).toMatchObject({ state });
  return describeIt();
}

async function start(
  provider: SessionProvider,
  state: string,
  changes: Partial<StartRequest> = {},
): Promise<Observation> {
  const { handle } = await provider.start(startRequest(changes), FREE_CALL);
  return until(provider, handle, state);
}

async function ready(provider: SessionProvider): Promise<SessionHandle> {
  return (await start(provider, 'ready')).handle;
}

async function run(provider: SessionProvider, handle: SessionHandle, text: string): Promise<number> {
  const execution = await provider.statements!.execute(handle, { id: text, text }, FREE_CALL);
  let rows = 0;
  for await (const batch of execution.batches()) rows += batch.rowCount;
  return rows;
}

describe('a server that anysession starts', () => {
  it('is one process for all sessions: the first starts it, the last ends it', async () => {
    const { engine, provider } = await openSail();
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
    const { engine, provider, log } = await openSail('listens', { init: ['SELECT 0'] });
    await ready(provider);
    const sparkConf = { 'spark.sql.session.timeZone': 'Europe/Zurich' };
    const request = startRequest({ sparkConf });
    const { handle } = await provider.start(request, FREE_CALL);
    await until(provider, handle, 'ready');
    const others = provider.start({ ...request, sparkConf: {} }, FREE_CALL);
    await expect(others).rejects.toEqual(errorLike('conflict', 'sparkConf'));
    expect(engine.pids).toHaveLength(1);
    const warehouse = expect.stringMatching(/^spark\.sql\.warehouse\.dir = \/.*anysession-sail-\w+\/warehouse$/);
    const zone = 'spark.sql.session.timeZone = Europe/Zurich';
    expect(log.statements).toEqual(['SELECT 1', warehouse, 'SELECT 0', 'SELECT 1', warehouse, zone, 'SELECT 0']);
  });

  it('that rejects a setting fails the session with the reason', async () => {
    const { provider } = await openSail();
    const { reason } = await start(provider, 'failed', { sparkConf: { static: '1' } });
    expect(reason).toContain('it cannot be changed');
  });

  it('fails its sessions with the reason when it is killed; the next session gets a new one', async () => {
    const { engine, provider } = await openSail();
    const handles = await Promise.all([ready(provider), ready(provider)]);
    const call = callWith(new AbortController().signal);
    const running = provider.statements!.execute(handles[0], { id: 'hangs', text: 'HANGS' }, call);
    running.catch(() => {});
    process.kill(engine.pids[0]!, 'SIGKILL');
    await expect(running).rejects.toEqual(errorLike('session-failed', 'has ended'));
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
    const { engine, provider } = await openSail('dies');
    const { reason } = await start(provider, 'failed');
    expect(reason).toContain('Sail 0.7.2 did not start');
    expect(reason).toContain('no luck today\nit ended with code 3');
    expect(engine.pids).toHaveLength(1);
  });

  it('gets another port when its port is taken', async () => {
    const { engine, provider } = await openSail('has its port taken');
    await ready(provider);
    expect(engine.pids).toHaveLength(2);
  });

  it('sends nothing to another process that took its port, and gets another one', async () => {
    const { engine, provider, log } = await openSail('loses its port to another process');
    await ready(provider);
    expect(engine.pids).toHaveLength(2);
    expect(log.endpoints).toHaveLength(1);
  });

  it('ends when the session is terminated before it listens', async () => {
    const { engine, provider } = await openSail('never listens');
    const { handle } = await provider.start(startRequest(), FREE_CALL);
    await expect.poll(() => engine.isRunning, { timeout: 30_000 }).toBe(true);
    await provider.terminate(handle, FREE_CALL);
    await provider.close();
    expect(engine.isRunning).toBe(false);
    await until(provider, handle, 'terminated');
  });

  it('fails with the install command when it is not installed', async () => {
    const { provider } = openProvider({ engine: 'spark', pythonEnvironment: '/nowhere/venv' });
    const command = "Run: /nowhere/venv/bin/python -m pip install 'pyspark[connect]'";
    await expect(start(provider, 'ready')).rejects.toEqual(errorLike('config-invalid', command));
  });
});

describe('a running server', () => {
  it('is reached at its URL, without a secret in the handle', async () => {
    const { provider, log } = await openRemote({ init: ['SET a = 1'] });
    expect(provider.capabilities).toMatchObject({ dialect: 'spark', sparkConnect: true });
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
    const { server, provider } = await openRemote();
    server.close();
    const { reason } = await start(provider, 'failed');
    expect(reason).toMatch(/no Spark Connect server responds at 127\.0\.0\.1:\d+ \(.*ECONNREFUSED/);
    expect(reason).not.toContain('hush');
  });

  it('that rejects a statement of init fails the session with its reason', async () => {
    const { provider, log } = await openRemote({ init: ['SELECT 1', 'REFUSED'] });
    const { reason } = await start(provider, 'failed');
    expect(reason).toBe('statement 2 of `init` failed: Spark refuses it');
    expect(log.closedRunners).toBe(1);
  });
});

describe('a session', () => {
  it('is busy while a statement runs or is partly read, and keeps running after an error', async () => {
    const { provider, log } = await openRemote();
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

  it('stops a statement at an abort, before and while it is read, and rejects its reader', async () => {
    const { provider, log } = await openRemote();
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

  it.each(['LOST', 'BREAKS'])('fails when its server reports that the session is lost: %s', async (text) => {
    const { engine, provider } = await openSail();
    const [handle, other] = [await ready(provider), await ready(provider)];
    await expect(run(provider, handle, text)).rejects.toMatchObject({ kind: 'session-failed' });
    await until(provider, handle, 'failed');
    // New sessions get another server; the other session stays.
    await ready(provider);
    expect(engine.pids).toHaveLength(2);
    expect(await run(provider, other, 'SELECT 7')).toBe(3);
  });

  it('ends after its idle timeout', async () => {
    const clock = new VirtualClock();
    const { provider, log } = await openRemote({}, clock);
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
