import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock, Random } from '../../../src/contract/ports.ts';
import { SessionError } from '../../../src/contract/session-error.ts';
import type { ConnectEndpoint } from '../../../src/contract/session-provider.ts';
import { looksSecret } from '../../../src/contract/secret-text.ts';
import { secretConcealer } from '../../../src/provider-kit/secret-concealer.ts';
import { sleep } from '../../../src/provider-kit/sleep.ts';
import type { EngineServer, SparkConf } from './engine-server.ts';
import { freePort, isListenerOf, whyNotListening } from '../../../src/provider-kit/listening.ts';
import { watched } from './watchdog.ts';

/** Apache Spark listens after six seconds on an idle machine. */
const START_TIMEOUT_MS = 120_000;
const POLL_INTERVAL_MS = 25;

/** Another process can take the free port before the server does. */
const PORT_ATTEMPTS = 3;
const PORT_TAKEN = /address.*(in use|already)|could not bind|another process/i;

/** How much of a server's output is kept, and how many lines of it an error shows. */
const OUTPUT_KEPT_CHARACTERS = 16 * 1024;
const OUTPUT_SHOWN_LINES = 12;

/** What a server process needs to start. */
export interface EngineProcessParts {
  readonly server: EngineServer;
  /** Spark properties of the whole server. */
  readonly sparkConf: SparkConf;
  readonly clock: Clock;
  readonly random: Random;
  /** Aborts the start. */
  readonly signal: AbortSignal;
}

/** What the start of a process determines. */
interface ProcessFacts {
  readonly label: string;
  readonly endpoint: ConnectEndpoint;
  readonly folder: string;
  readonly sessionSettings: SparkConf;
  /** Strings that errors must not show. */
  readonly secrets: readonly string[];
}

/** A Spark Connect server that this process started; its process group never outlives this process. */
export class EngineProcess {
  readonly endpoint: ConnectEndpoint;
  /** The first settings of each session on it. */
  readonly sessionSettings: SparkConf;
  /** Resolves, never rejects, with the reason when the server has ended. */
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
      if (attempt < PORT_ATTEMPTS && PORT_TAKEN.test(failure) && !parts.signal.aborted) continue;
      const message = `${parts.server.label} did not start: ${failure}`;
      throw new SessionError('session-failed', message, { operation: 'start' });
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
      // Its own process group, to end all of it at once and to keep Ctrl-C away from it.
      detached: true,
      env: { ...process.env, ...server.environment(place, token), TZ: 'UTC' },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const endpoint: ConnectEndpoint = {
      // Not localhost: another process may listen on the same port of ::1.
      host: '127.0.0.1',
      port,
      tls: false,
      metadata: server.takesToken ? { authorization: `Bearer ${token}` } : {},
      expiresAtMs: Number.POSITIVE_INFINITY,
    };
    const sessionSettings = server.sessionSettings(place);
    const secretConf = Object.entries(sparkConf).filter(([name, value]) => value !== '' && looksSecret(name, value));
    const secrets = [token, ...secretConf.map(([, value]) => value)];
    return new EngineProcess(child, { label: server.label, endpoint, folder, sessionSettings, secrets });
  }

  private constructor(child: ChildProcess, { label, endpoint, folder, sessionSettings, secrets }: ProcessFacts) {
    this.#child = child;
    this.#folder = folder;
    this.endpoint = endpoint;
    this.sessionSettings = sessionSettings;
    const output = keepOutput(child);
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => resolve(`${label} could not start: ${error.message}`));
      child.once('close', () => {
        resolve(`${label} has ended. Its last output:\n${secretConcealer(secrets, 1)(output())}`);
      });
    });
    keepsProcessAlive(child, false);
  }

  /** Ends the server with its child processes and waits until they have ended. */
  async stop(): Promise<void> {
    keepsProcessAlive(this.#child, true);
    this.#child.stdin?.end();
    await this.ended;
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }

  /** Why it does not listen; `undefined` when it does. */
  async #untilListening({ clock, signal }: EngineProcessParts): Promise<string | undefined> {
    const over = new AbortController();
    void this.ended.then(() => over.abort());
    const eitherSignal = AbortSignal.any([over.signal, signal]);
    const untilMs = clock.monotonicMs() + START_TIMEOUT_MS;
    while ((await whyNotListening(this.endpoint)) !== undefined) {
      if (clock.monotonicMs() > untilMs) return `it does not listen after ${START_TIMEOUT_MS / 1000} s`;
      await sleep(clock, POLL_INTERVAL_MS, eitherSignal).catch(() => undefined);
      if (signal.aborted) return 'the start was aborted';
      if (over.signal.aborted) return this.ended;
    }
    if (over.signal.aborted) return this.ended;
    const { port } = this.endpoint;
    // The shell that watches the server leads its process group.
    const isOurs = await isListenerOf(this.#child.pid ?? 0, port);
    return isOurs ? undefined : `another process listens on its port ${port}`;
  }
}

async function writeFiles(server: EngineServer, place: Parameters<EngineServer['files']>[0]): Promise<void> {
  for (const [name, text] of Object.entries(server.files(place))) {
    await writeFile(join(place.folder, name), text, { mode: 0o600 });
  }
}

/** An unused server does not keep this process alive; the watchdog ends it afterwards. A server that is stopping does. */
function keepsProcessAlive(child: ChildProcess, alive: boolean): void {
  const handles = [child, child.stdin, child.stdout, child.stderr] as readonly (Partial<Refable> | null)[];
  for (const handle of handles) {
    if (alive) handle?.ref?.();
    else handle?.unref?.();
  }
}

/** Pipes to child processes are sockets, but have another type. */
interface Refable {
  ref(): void;
  unref(): void;
}

function keepOutput(child: ChildProcess): () => string {
  let kept = '';
  // Closing the pipe to an ended shell fails; `close` reports the end.
  child.stdin?.on('error', () => {});
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      kept = (kept + chunk.toString()).slice(-OUTPUT_KEPT_CHARACTERS);
    });
  }
  return () => kept.trimEnd().split('\n').slice(-OUTPUT_SHOWN_LINES).join('\n');
}
