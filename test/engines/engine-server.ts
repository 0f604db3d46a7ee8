import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort, whyNotListening } from '../../src/provider-kit/listening.ts';
import { serverCommand, sparkHome, type EngineName, type ServerConf } from './engine-homes.ts';

/** Apache Spark listens after six seconds on a quiet machine. */
const START_PATIENCE_MS = 120_000;
const LOOK_EVERY_MS = 50;
const OUTPUT_KEPT_CHARACTERS = 64 * 1024;

/**
 * Ends the whole group when its standard input ends, which it does also when the test run is killed, and ends as soon as the
 * server does: no server outlives its test run, and a dead one is seen.
 */
const GROUP = '{ "$@" </dev/null; kill -KILL 0; } & cat >/dev/null; kill -KILL 0';

/** A Spark Connect server of others, on a loopback port. */
export interface EngineServer extends AsyncDisposable {
  readonly engine: EngineName;
  readonly port: number;
  /** The end of what it wrote. */
  output(): string;
  /** Kills the server and everything that it started. */
  stop(): Promise<void>;
}

/** Starts a server and resolves when it listens. `port` is a free one by default. */
export async function startEngine(engine: EngineName, port?: number, conf?: ServerConf): Promise<EngineServer> {
  const folder = await mkdtemp(join(tmpdir(), `anysession-${engine}-`));
  const chosen = port ?? (await freePort());
  const environment = engine === 'sail' ? {} : { SPARK_HOME: sparkHome(engine), SPARK_LOCAL_IP: '127.0.0.1' };
  const child = spawn('/bin/sh', ['-c', GROUP, 'sh', ...serverCommand(engine, chosen, folder, conf)], {
    cwd: folder,
    // A group of its own, for the whole of it to be ended.
    detached: true,
    env: { ...process.env, ...environment, TZ: 'UTC', PYSPARK_PYTHON: '' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const output = keepOutput(child);
  const stop = async (): Promise<void> => {
    const closed = isOver(child) ? undefined : once(child, 'close');
    child.stdin.end();
    await closed;
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await untilListening(child, chosen);
  } catch (error) {
    await stop();
    throw new Error(`${engine} did not start: ${String(error)}\n${output()}`, { cause: error });
  }
  return { engine, port: chosen, output, stop, [Symbol.asyncDispose]: stop };
}

async function untilListening(child: ChildProcess, port: number): Promise<void> {
  const untilMs = Date.now() + START_PATIENCE_MS;
  while ((await whyNotListening({ host: '127.0.0.1', port })) !== undefined) {
    if (isOver(child)) throw new Error('it has ended');
    if (Date.now() > untilMs) throw new Error(`nothing listens on port ${port} after ${START_PATIENCE_MS} ms`);
    await pause(LOOK_EVERY_MS);
  }
}

function isOver({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

function keepOutput(child: ChildProcess): () => string {
  let kept = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => (kept = (kept + chunk.toString()).slice(-OUTPUT_KEPT_CHARACTERS)));
  }
  return () => kept;
}
