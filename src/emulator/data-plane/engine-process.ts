import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { InstallableEngine } from '../../provider-kit/installed-engine.ts';
import { engineProgram } from './engine-program.ts';
import { RpcStatus } from './rpc-status.ts';

const LOOPBACK = '127.0.0.1';
/** Apache Spark listens after some seconds on a quiet machine, milliseconds. */
const START_PATIENCE_MS = 120_000;
const LOOK_EVERY_MS = 50;

/**
 * Ends the whole group when its standard input ends, which it does also when this process is killed, and ends as soon as the
 * server does.
 */
const GROUP = '{ "$@" </dev/null; kill -KILL 0; } & cat >/dev/null; kill -KILL 0';

/**
 * What each engine is told to serve a port of this machine alone: whoever reaches a Spark Connect server can run what he likes.
 *
 * @see https://docs.lakesail.com/sail/latest/guide/deployment/ (read 2026-11-21)
 * @see https://spark.apache.org/docs/latest/spark-connect-overview.html (read 2026-11-21)
 */
const WORDS: Readonly<Record<InstallableEngine, (port: number) => readonly string[]>> = {
  sail: (port) => ['spark', 'server', '--ip', LOOPBACK, '--port', String(port)],
  spark: (port) => [
    ...['--class', 'org.apache.spark.sql.connect.service.SparkConnectServer'],
    ...['--master', 'local[2]'],
    ...['--conf', `spark.connect.grpc.binding.port=${port}`],
    ...['--conf', `spark.connect.grpc.binding.address=${LOOPBACK}`],
    ...['--conf', `spark.driver.bindAddress=${LOOPBACK}`],
    ...['--conf', `spark.driver.host=${LOOPBACK}`],
    ...['--conf', 'spark.ui.enabled=false'],
    'spark-internal',
  ],
};

/** A server that was started here. */
export interface EngineProcess {
  /** `host:port`. */
  readonly address: string;
  /** Kills it and everything that it started. */
  readonly stop: () => Promise<void>;
}

/** Starts an engine and resolves when it listens. @throws RpcStatus `FAILED_PRECONDITION` when it is not there or does not. */
export async function startEngineProcess(engine: InstallableEngine): Promise<EngineProcess> {
  const program = engineProgram(engine, { env: process.env, home: homedir() });
  if (program === undefined) {
    const message = `The engine '${engine}' is not installed on this machine; run: npx anysession engines install ${engine}`;
    throw new RpcStatus('FAILED_PRECONDITION', message);
  }
  const port = await freePort();
  // A group of its own, for the whole of it to be ended.
  const child = spawn('/bin/sh', ['-c', GROUP, 'sh', ...program, ...WORDS[engine](port)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const stop = async (): Promise<void> => {
    const closed = isOver(child) ? undefined : once(child, 'close');
    child.stdin.end();
    await closed;
  };
  const untilMs = performance.now() + START_PATIENCE_MS;
  while (!(await listens(port))) {
    await pause(LOOK_EVERY_MS);
    if (!isOver(child) && performance.now() < untilMs) continue;
    await stop();
    const message = `The engine '${engine}' did not start; '${program.join(' ')}' must run a Spark Connect server.`;
    throw new RpcStatus('FAILED_PRECONDITION', message);
  }
  return { address: `${LOOPBACK}:${port}`, stop };
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, LOOPBACK);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: LOOPBACK, port });
    socket.once('error', () => {
      resolve(false);
    });
    socket.once('connect', () => {
      // A call to a free port of one's own machine may be given that very port to call from, and then reaches itself.
      const isSelf = socket.localPort === port;
      socket.destroy();
      resolve(!isSelf);
    });
  });
}

function isOver({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
