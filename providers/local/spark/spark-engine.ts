import { homedir } from 'node:os';
import type { ProviderPorts } from '../../../src/contract/provider-plugin.ts';
import { SessionError } from '../../../src/contract/session-error.ts';
import { HANDLE_VERSION } from '../../../src/contract/session-handle.ts';
import type { ConnectEndpoint } from '../../../src/contract/session-provider.ts';
import type { SparkConnectFactory } from '../../../src/contract/spark-connect.ts';
import type { StatementRequest } from '../../../src/contract/statement-runner.ts';
import type { InstallableEngine } from '../../../src/provider-kit/installed-engine.ts';
import { raceAbort } from '../../../src/provider-kit/race-abort.ts';
import type { EngineOpening, EngineSession, LocalEngine } from '../local-engine.ts';
import { parseConnectUrl } from '../connect-url.ts';
import { messageOf } from '../errors.ts';
import { engineScope, type LocalConfig } from '../options.ts';
import { EngineProcess } from './engine-process.ts';
import type { SparkConf } from './engine-server.ts';
import { findEngine } from './find-engine.ts';
import { whyNotListening } from '../../../src/provider-kit/listening.ts';
import { SharedProcesses } from './shared-processes.ts';
import { SparkSession } from './spark-session.ts';

/** A statement that every server can run; Sail reports its version only with PySpark installed. */
const PROBE: StatementRequest = { id: 'probe', text: 'SELECT 1' };

/** The server of one session. */
interface Server {
  readonly endpoint: ConnectEndpoint;
  /** The first settings of the session. */
  readonly settings: SparkConf;
  /** Resolves with the reason when the server ends; never for a server that this process did not start. */
  readonly ended: Promise<string>;
  /** Gives this server to no further session. */
  retire(): void;
  leave(): Promise<void>;
}

/** Finds or starts the server of a session with these Spark properties. */
type FindServer = (sparkConf: SparkConf, signal: AbortSignal) => Promise<Server>;

/**
 * Creates the engine of a config: a server that this process starts, or one that is already running.
 * @throws SessionError `config-invalid` when it is not installed, or without a Spark Connect client.
 */
export function loadSparkEngine(config: LocalConfig, ports: ProviderPorts): LocalEngine {
  const { sparkConnect } = ports;
  if (sparkConnect === undefined) {
    const message = 'this engine needs a Spark Connect client. Open the environment with openSessions()';
    throw new SessionError('config-invalid', message, { operation: 'start' });
  }
  const { engine } = config;
  if (engine === 'sail' || engine === 'spark') {
    const { label, findServer } = ownServers({ ...config, engine }, ports);
    return new SparkEngine(label, sparkConnect, findServer);
  }
  return new SparkEngine(`Spark Connect at ${engineScope(config)}`, sparkConnect, (settings, signal) =>
    runningServer(config, settings, signal),
  );
}

class SparkEngine implements LocalEngine {
  readonly version: string;
  readonly #sparkConnect: SparkConnectFactory;
  readonly #findServer: FindServer;

  constructor(version: string, sparkConnect: SparkConnectFactory, findServer: FindServer) {
    this.version = version;
    this.#sparkConnect = sparkConnect;
    this.#findServer = findServer;
  }

  async open({ sessionId, config, sparkConf, signal, noteBroken }: EngineOpening): Promise<EngineSession> {
    const server = await this.#findServer(sparkConf, signal);
    const { endpoint } = server;
    const session = new SparkSession({
      handle: { v: HANDLE_VERSION, provider: 'local', scope: engineScope(config), id: sessionId },
      endpoint,
      runner: this.#sparkConnect(async () => endpoint),
      onLost: () => server.retire(),
      onClosed: () => server.leave(),
    });
    const stop = new AbortController();
    void server.ended.then((reason) => stop.abort(new SessionError('session-failed', reason, { operation: 'start' })));
    try {
      const both = AbortSignal.any([signal, stop.signal]);
      // A session is open when its server has run a statement.
      await runThrough(session, PROBE, both);
      await session.configure(server.settings, both);
      for (const [index, text] of config.init.entries()) await runInit(session, { index, text, signal: both });
    } catch (error) {
      await session.close();
      throw error;
    }
    void server.ended.then(noteBroken);
    return session;
  }
}

async function runInit(
  session: SparkSession,
  { index, text, signal }: { readonly index: number; readonly text: string; readonly signal: AbortSignal },
): Promise<void> {
  try {
    await runThrough(session, { id: `init-${index + 1}`, text }, signal);
  } catch (error) {
    if (signal.aborted || !SessionError.is(error)) throw error;
    const message = `statement ${index + 1} of \`init\` failed: ${messageOf(error)}`;
    throw new SessionError(error.kind, message, { operation: 'start', cause: error });
  }
}

/** Runs a statement and reads its whole result. */
async function runThrough(session: SparkSession, statement: StatementRequest, signal: AbortSignal): Promise<void> {
  const { started, finished } = session.execute(statement, signal);
  const execution = await started;
  const batches = execution.batches()[Symbol.asyncIterator]();
  while ((await batches.next()).done !== true);
  await finished;
}

/** The servers of an installed engine, which this process starts and stops. */
function ownServers(
  config: LocalConfig & { readonly engine: InstallableEngine },
  ports: ProviderPorts,
): { readonly label: string; readonly findServer: FindServer } {
  // The watchdog of a server is a POSIX shell.
  if (process.platform === 'win32') {
    const message = `the engine ${config.engine} needs Linux or macOS. On Windows, run it in WSL and set its \`url\``;
    throw new SessionError('unsupported', message, { operation: 'start' });
  }
  const installed = findEngine(config, { env: process.env, home: homedir() });
  const processes = new SharedProcesses((sparkConf, signal) =>
    EngineProcess.start({ server: installed, sparkConf, ...ports, signal }),
  );
  const findServer: FindServer = async (sparkConf, signal) => {
    const ofServer = installed.startsWithSparkConf ? sparkConf : {};
    const ofSession = installed.startsWithSparkConf ? {} : sparkConf;
    const { process: server, retire, giveBack } = await processes.take(ofServer, signal);
    const settings = { ...server.sessionSettings, ...ofSession };
    return { endpoint: server.endpoint, settings, ended: server.ended, retire, leave: giveBack };
  };
  return { label: installed.label, findServer };
}

async function runningServer({ engine }: LocalConfig, settings: SparkConf, signal: AbortSignal): Promise<Server> {
  const endpoint = typeof engine === 'string' ? engine : parseConnectUrl(engine.url);
  if (typeof endpoint === 'string') {
    throw new SessionError('config-invalid', `the \`url\` of \`engine\` ${endpoint}`, { operation: 'start' });
  }
  const why = await raceAbort(whyNotListening(endpoint), signal, 'execute');
  if (why !== undefined) {
    const message = `no Spark Connect server responds at ${endpoint.host}:${endpoint.port} (${why}). Start it, or correct the \`url\` of \`engine\``;
    throw new SessionError('unavailable', message, { operation: 'start' });
  }
  return { endpoint, settings, ended: new Promise(() => {}), retire: () => {}, leave: async () => {} };
}
