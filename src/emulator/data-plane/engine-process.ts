import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  entries,
  findOnPath,
  installedEngines,
  isProgram,
  type EngineEnvironment,
  type InstallableEngine,
} from '../../provider-kit/installed-engine.ts';
import { freePort, isListenerOf, whyNotListening } from '../../provider-kit/listening.ts';
import { LOOPBACK } from '../loopback.ts';
import { RpcStatus } from '../grpc-status.ts';

/** Apache Spark takes seconds to listen on an idle machine. */
const START_TIMEOUT_MS = 120_000;
const POLL_INTERVAL_MS = 50;

/**
 * Kills the whole process group when its standard input closes, also because this process was killed, or when the server
 * exits.
 */
const GROUP = '{ "$@" </dev/null; kill -KILL 0; } & cat >/dev/null; kill -KILL 0';

/**
 * The arguments that make an engine listen on the loopback address only: a Spark Connect server runs code for anyone who reaches it.
 *
 * @see https://docs.lakesail.com/sail/latest/guide/deployment/ (read 2026-11-21)
 * @see https://spark.apache.org/docs/latest/spark-connect-overview.html (read 2026-11-21)
 */
const ARGUMENTS: Readonly<Record<InstallableEngine, (port: number) => readonly string[]>> = {
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

export interface EngineProcess {
  /** `host:port`. */
  readonly address: string;
  /** To send with every call: without the token, every user of the machine could run code in Spark. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Resolves when it has ended. Another process may get its port then. */
  readonly ended: Promise<unknown>;
  /** Kills it and every process that it started. */
  readonly stop: () => Promise<void>;
}

/** Starts an engine and waits until it listens. @throws RpcStatus `FAILED_PRECONDITION` when it is not installed or does not listen. */
export async function startEngineProcess(engine: InstallableEngine): Promise<EngineProcess> {
  const program = engineProgram(engine, { env: process.env, home: homedir() });
  if (program === undefined) {
    const message = `Engine '${engine}' is not installed. Run: npx anysession engines install ${engine}`;
    throw new RpcStatus('FAILED_PRECONDITION', message);
  }
  const port = await freePort();
  const token = randomBytes(24).toString('hex');
  // In a process group of its own, so that the whole group can be killed.
  const child = spawn('/bin/sh', ['-c', GROUP, 'sh', ...program, ...ARGUMENTS[engine](port)], {
    detached: true,
    // Spark takes a token from 4.0 on, Sail takes none. @see https://spark.apache.org/docs/4.0.0/configuration.html (read 2026-11-30)
    env: { ...process.env, SPARK_CONNECT_AUTHENTICATE_TOKEN: token },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = once(child, 'close');
  const stop = async (): Promise<void> => {
    child.stdin.end();
    await ended;
  };
  const untilMs = performance.now() + START_TIMEOUT_MS;
  while ((await whyNotListening({ host: LOOPBACK, port })) !== undefined) {
    await pause(POLL_INTERVAL_MS);
    if (child.exitCode === null && child.signalCode === null && performance.now() < untilMs) continue;
    await stop();
    const message = `Engine '${engine}' did not start. '${program.join(' ')}' must run a Spark Connect server.`;
    throw new RpcStatus('FAILED_PRECONDITION', message);
  }
  if (!(await isListenerOf(child.pid ?? 0, port))) {
    await stop();
    const message = `Engine '${engine}' did not start: another process listens on its port ${port}. Run the statement again.`;
    throw new RpcStatus('FAILED_PRECONDITION', message);
  }
  const metadata = engine === 'spark' ? { authorization: `Bearer ${token}` } : {};
  return { address: `${LOOPBACK}:${port}`, metadata, ended, stop };
}

/** The name of each engine on the PATH. */
const PROGRAMS = { sail: 'sail', spark: 'spark-submit' } as const;

/** The command that runs an engine: the program on the PATH, else the highest version from `anysession engines install`. */
export function engineProgram(
  engine: InstallableEngine,
  environment: EngineEnvironment,
): readonly string[] | undefined {
  const onPath = findOnPath(PROGRAMS[engine], environment);
  if (onPath !== undefined) return [onPath];
  return installedEngines(engine, environment)
    .map((folder) => commandIn(engine, folder))
    .find((command) => command !== undefined);
}

function commandIn(engine: InstallableEngine, folder: string): readonly string[] | undefined {
  if (engine === 'sail') {
    const python = join(folder, 'bin', 'python');
    return isProgram(python) ? [python, '-m', 'pysail'] : undefined;
  }
  const submit = entries(join(folder, 'lib'))
    .map((name) => join(folder, 'lib', name, 'site-packages', 'pyspark', 'bin', PROGRAMS.spark))
    .find(isProgram);
  return submit === undefined ? undefined : [submit];
}
