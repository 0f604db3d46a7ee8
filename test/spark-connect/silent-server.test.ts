import { once } from 'node:events';
import { createServer as createHttp2Server } from 'node:http2';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createContainer } from '../../src/container/create-container.ts';
import { CLOCK, SESSIONS } from '../../src/container/index.ts';
import type { Clock } from '../../src/contract/ports.ts';
import { systemClock } from '../../src/session/system-ports.ts';
import { failureOf } from '../failure-of.ts';
import { call, endpointTo, HANDLE, runnerTo, runOne } from './connect-stage.ts';
import { FakeServer } from './fake-server.ts';

/** Time that runs faster than that of the machine. */
const faster = (factor: number): Clock => ({
  ...systemClock,
  monotonicMs: () => systemClock.monotonicMs() * factor,
  schedule: (ms, run, kind) => systemClock.schedule(ms / factor, run, kind),
});

// Loading takes time that must not count.
await Promise.all([import('@grpc/grpc-js'), import('../../src/spark-connect/connect-runner.ts')]);

const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** Listens on loopback, and counts connections. */
async function listen(server: Server): Promise<{ readonly port: number; readonly sockets: ReadonlySet<Socket> }> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, sockets };
}

const acceptsOnly = (): Server => createTcpServer((socket) => socket.on('error', () => {}));
/** It completes the handshake of HTTP/2 and answers no request. */
const handshakesOnly = (): Server => createHttp2Server().on('stream', (stream) => stream.on('error', () => {}));

const PEERS = [
  ['accepts connections only', acceptsOnly, 'none'],
  ['completes the handshake only', handshakesOnly, 'unknown'],
] as const;

describe.each(PEERS)('a server that %s', (_, open, effect) => {
  it('ends a statement with unavailable and its address, within a minute, after a second connection', async () => {
    const { port, sockets } = await listen(open());
    const clock = faster(40);
    const runner = runnerTo(async () => endpointTo(port), clock);
    const beganMs = clock.monotonicMs();
    const error = await failureOf(runOne(runner));
    expect(clock.monotonicMs() - beganMs).toBeLessThan(60_000);
    expect(error).toMatchObject({ kind: 'unavailable', effect, message: expect.stringContaining(`127.0.0.1:${port}`) });
    expect(sockets.size).toBe(2);
    await runner.close();
  });

  it('ends connect() in the same way', async () => {
    const { port, sockets } = await listen(open());
    const clock = faster(40);
    const runner = runnerTo(async () => endpointTo(port), clock);
    const beganMs = clock.monotonicMs();
    const error = await failureOf(runner.connect(HANDLE, call()));
    expect(clock.monotonicMs() - beganMs).toBeLessThan(60_000);
    expect(error).toMatchObject({ kind: 'unavailable', message: expect.stringContaining(`127.0.0.1:${port}`) });
    expect(sockets.size).toBe(2);
    await runner.close();
  });
});

describe('a server that turns silent', () => {
  it.each([0, 1])('before answer %i ends the statement with unavailable and its address', async (at) => {
    const server = new FakeServer();
    await server.listen();
    closers.push(() => server.close());
    const clock = faster(50);
    const runner = runnerTo(async () => endpointTo(server.port), clock);
    server.faults = Array.from({ length: 9 }, () => ({ at, kind: 'silence' as const }));
    const execution = runner.execute(HANDLE, { id: 's', text: 'SELECT n' }, call());
    while (server.begun.size < 2) await new Promise((resolve) => setTimeout(resolve, 2));
    server.isSilent = true;
    const beganMs = clock.monotonicMs();
    const error = await failureOf(
      execution.then(async (running) => {
        for await (const _ of running.batches());
      }),
    );
    expect(clock.monotonicMs() - beganMs).toBeLessThan(60_000);
    const message = expect.stringContaining(`127.0.0.1:${server.port}`) as string;
    expect(error).toMatchObject({ kind: 'unavailable', effect: 'unknown', message });
    await runner.close();
  });

  it('for one statement only, and answers other calls, is waited for', async () => {
    const server = new FakeServer();
    await server.listen();
    closers.push(() => server.close());
    const runner = runnerTo(async () => endpointTo(server.port), faster(20));
    server.faults = [{ at: 0, kind: 'silence' }];
    const controller = new AbortController();
    const statement = failureOf(runOne(runner, { signal: controller.signal }));
    await expect.poll(() => server.count('Config'), { timeout: 20_000 }).toBeGreaterThan(5);
    expect(server.count('ReattachExecute')).toBe(0);
    controller.abort();
    expect(await statement).toMatchObject({ kind: 'aborted' });
    await runner.close();
  });
});

it('a local session whose server is silent fails within a minute, with the address', async () => {
  const { port } = await listen(acceptsOnly());
  const environment = { provider: 'local', engine: { url: `sc://127.0.0.1:${port}` } };
  const config = { defaultEnvironment: 'test', environments: { test: environment } };
  const container = await createContainer({ config, env: {} });
  const clock = faster(20);
  container.rebind(CLOCK).toConstantValue(clock);
  const sessions = container.get(SESSIONS);
  const beganMs = clock.monotonicMs();
  const session = await sessions.start();
  const error = await failureOf(session.whenReady());
  expect(clock.monotonicMs() - beganMs).toBeLessThan(65_000);
  expect(error.message).toContain(`127.0.0.1:${port}`);
  await sessions.close();
});
