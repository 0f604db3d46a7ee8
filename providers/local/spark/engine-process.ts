import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock, Random } from '../../../src/contract/ports.ts';
import { SessionError } from '../../../src/contract/session-error.ts';
import type { ConnectEndpoint } from '../../../src/contract/session-provider.ts';
import { sleep } from '../../../src/provider-kit/sleep.ts';
import type { EngineServer, SparkConf } from './engine-server.ts';
import { freePort, whyNotListening } from './listening.ts';
import { watched } from './watchdog.ts';

/** Apache Spark listens after six seconds on a quiet machine. */
const START_PATIENCE_MS = 120_000;
const LOOK_EVERY_MS = 25;

/** A port can be taken between our looking and the server's binding it. */
const PORT_TRIES = 3;
const PORT_TAKEN = /address.*(in use|already)|could not bind/i;

/** How much of what a server writes is kept, and how many lines of it an error shows. */
const OUTPUT_KEPT_CHARACTERS = 16 * 1024;
const OUTPUT_SHOWN_LINES = 12;

/** What Spark itself takes for secrets, by their names. @see https://spark.apache.org/docs/latest/configuration.html (`spark.redaction.regex`, read 2026-11-21) */
const SECRET_NAMES = /secret|password|token|access[.]?key/i;

/** What a process is started with. */
export interface EngineProcessParts {
  readonly server: EngineServer;
  /** Properties of Spark for the whole server. */
  readonly sparkConf: SparkConf;
  readonly clock: Clock;
  readonly random: Random;
  /** Gives the start up. */
  readonly signal: AbortSignal;
}

/** What is known of a process from its start. */
interface ProcessFacts {
  readonly label: string;
  readonly endpoint: ConnectEndpoint;
  readonly folder: string;
  readonly sessionSettings: SparkConf;
  /** What must not be shown. */
  readonly secrets: readonly string[];
}

/** A running Spark Connect server of our own: its group ends when this process does, and never outlives it. */
export class EngineProcess {
  readonly endpoint: ConnectEndpoint;
  /** The settings that each session on it begins with. */
  readonly sessionSettings: SparkConf;
  /** Resolves, never rejects, with the reason when the server is no longer there. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;
  readonly #folder: string;

  /** Starts a server and resolves when it listens. @throws SessionError `session-failed` with the end of its output. */
  static async start(parts: EngineProcessParts): Promise<EngineProcess> {
    for (let attempt = 1; ; attempt += 1) {
      const started = await EngineProcess.#spawn(parts);
      const failure = await started.#untilListening(parts);
      if (failure === undefined) return started;
      await started.stop();
      if (attempt < PORT_TRIES && PORT_TAKEN.test(failure) && !parts.signal.aborted) continue;
      throw new SessionError('session-failed', `${parts.server.label} did not start: ${failure}`, {
        operation: 'start',
      });
    }
  }

  static async #spawn({ server, sparkConf, random }: EngineProcessParts): Promise<EngineProcess> {
    const folder = await mkdtemp(join(tmpdir(), `anysession-${server.engine}-`));
    const port = await freePort();
    const token = random.hex(48);
    const place = { port, folder, sparkConf };
    await writeFiles(server, place).catch(async (error: unknown) => {
      await rm(folder, { recursive: true, force: true });
      throw error;
    });
    const [shell, ...words] = watched(folder, server.command(place));
    const child = spawn(shell, words, {
      // A group of its own, for the whole of it to be ended, and for Ctrl-C to reach us alone.
      detached: true,
      env: { ...process.env, ...server.environment(place, token), TZ: 'UTC' },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const endpoint: ConnectEndpoint = {
      // By name: with this one only, PySpark sends a token over a connection without TLS.
      host: server.takesToken ? 'localhost' : '127.0.0.1',
      port,
      tls: false,
      metadata: server.takesToken ? { authorization: `Bearer ${token}` } : {},
      expiresAtMs: Number.POSITIVE_INFINITY,
    };
    const sessionSettings = server.sessionSettings(place);
    const named = Object.entries(sparkConf).filter(([name, value]) => SECRET_NAMES.test(name) && value !== '');
    const secrets = [token, ...named.map(([, value]) => value)];
    return new EngineProcess(child, { label: server.label, endpoint, folder, sessionSettings, secrets });
  }

  private constructor(child: ChildProcess, { label, endpoint, folder, sessionSettings, secrets }: ProcessFacts) {
    this.#child = child;
    this.#folder = folder;
    this.endpoint = endpoint;
    this.sessionSettings = sessionSettings;
    const output = keepOutput(child);
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => {
        resolve(`${label} could not be run: ${error.message}`);
      });
      child.once('close', () => {
        resolve(
          `${label} has ended; the last it wrote:\n${secrets.reduce((text, secret) => text.replaceAll(secret, '***'), output())}`,
        );
      });
    });
    keepsProcessAlive(child, false);
  }

  /** Ends the server with all that it started, and waits until nothing is left of it. */
  async stop(): Promise<void> {
    keepsProcessAlive(this.#child, true);
    this.#child.stdin?.end();
    await this.ended;
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }

  /** Why it does not listen, or `undefined` when it does. */
  async #untilListening({ clock, signal }: EngineProcessParts): Promise<string | undefined> {
    const over = new AbortController();
    const ended = this.ended.then((reason) => {
      over.abort();
      return reason;
    });
    const eitherSignal = AbortSignal.any([over.signal, signal]);
    const untilMs = clock.monotonicMs() + START_PATIENCE_MS;
    while ((await whyNotListening({ ...this.endpoint, host: '127.0.0.1' })) !== undefined) {
      if (clock.monotonicMs() > untilMs) return `nothing listens after ${START_PATIENCE_MS / 1000} s`;
      await sleep(clock, LOOK_EVERY_MS, eitherSignal).catch(() => undefined);
      if (signal.aborted) return 'it was given up';
      if (over.signal.aborted) return ended;
    }
    // Who listens there must be this server and not somebody else who was faster.
    return over.signal.aborted ? ended : undefined;
  }
}

async function writeFiles(server: EngineServer, place: Parameters<EngineServer['files']>[0]): Promise<void> {
  for (const [name, text] of Object.entries(server.files(place))) {
    await writeFile(join(place.folder, name), text, { mode: 0o600 });
  }
}

/** A server that somebody forgot keeps no process from ending: the watchdog sees that end. One that is waited for does. */
function keepsProcessAlive(child: ChildProcess, does: boolean): void {
  const handles = [child, child.stdin, child.stdout, child.stderr] as readonly (Partial<Refable> | null)[];
  for (const handle of handles) {
    if (does) handle?.ref?.();
    else handle?.unref?.();
  }
}

/** Pipes to children are sockets, which their type does not say. */
interface Refable {
  ref(): void;
  unref(): void;
}

function keepOutput(child: ChildProcess): () => string {
  let kept = '';
  // Closing a pipe to a shell that is gone already: its end is told by `close`.
  child.stdin?.on('error', () => {});
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      kept = (kept + chunk.toString()).slice(-OUTPUT_KEPT_CHARACTERS);
    });
  }
  return () => kept.trimEnd().split('\n').slice(-OUTPUT_SHOWN_LINES).join('\n');
}
