import { homedir } from 'node:os';
import type { ProviderPorts } from '../../../src/contract/provider-plugin.ts';
import { SessionError } from '../../../src/contract/session-error.ts';
import { HANDLE_VERSION } from '../../../src/contract/session-handle.ts';
import type { ConnectEndpoint } from '../../../src/contract/session-provider.ts';
import type { SparkConnectFactory } from '../../../src/contract/spark-connect.ts';
import type { StatementRequest } from '../../../src/contract/statement-runner.ts';
import type { EngineOpening, EngineSession, LocalEngine } from '../local-engine.ts';
import { engineScope, type LocalConfig } from '../options.ts';
import { parseConnectUrl } from '../connect-url.ts';
import { EngineProcess } from './engine-process.ts';
import type { SparkConf } from './engine-server.ts';
import { findEngine } from './find-engine.ts';
import { whyNotListening } from './listening.ts';
import { ProcessesByConf } from './processes-by-conf.ts';
import type { SharedProcess } from './shared-process.ts';
import { SparkSession } from './spark-session.ts';
import { raceAbort } from '../../../src/provider-kit/race-abort.ts';

/** What every server can answer; not its version, for which Sail needs PySpark beside it. */
const GREETING: StatementRequest = { id: 'greeting', text: 'SELECT 1' };

/** What a session needs of its server. */
interface SiteWish {
  readonly settings: SparkConf;
  readonly signal: AbortSignal;
}

/** Finds the server for a session with these properties of Spark. */
type FindSite = (sparkConf: SparkConf, signal: AbortSignal) => Promise<Site>;

/** Where one session's server is, and what becomes of it. */
interface Site {
  readonly endpoint: ConnectEndpoint;
  /** What the session is to be set to before anything else runs in it. */
  readonly settings: SparkConf;
  /** Resolves with the reason when the server ends by itself; never where nobody could tell. */
  readonly ended: Promise<string>;
  retire(): void;
  leave(): Promise<void>;
}

/**
 * Makes the engine that a config names: a server of our own, or one that somebody else runs.
 * @throws SessionError `config-invalid` when it is not installed, or nobody brings a Spark Connect client.
 */
export function loadSparkEngine(config: LocalConfig, ports: ProviderPorts): LocalEngine {
  const { sparkConnect } = ports;
  if (sparkConnect === undefined) {
    throw new SessionError(
      'config-invalid',
      'this engine speaks Spark Connect, and nobody gave this provider a client for it; open it by openSessions()',
      { operation: 'start' },
    );
  }
  const { engine } = config;
  if (engine === 'sail' || engine === 'spark') {
    // What ends a server with us is a shell of POSIX.
    if (process.platform === 'win32') {
      throw new SessionError(
        'unsupported',
        `the engine ${engine} needs Linux or macOS; on Windows run it in WSL and name its \`url\``,
        {
          operation: 'start',
        },
      );
    }
    const server = findEngine({ ...config, engine }, { env: process.env, home: homedir() });
    const processes = new ProcessesByConf((sparkConf, signal) =>
      EngineProcess.start({ server, sparkConf, ...ports, signal }),
    );
    return new SparkEngine(server.label, sparkConnect, (sparkConf, signal) =>
      server.startsWithSparkConf
        ? ownSite(processes.of(sparkConf), { settings: {}, signal })
        : ownSite(processes.of({}), { settings: sparkConf, signal }),
    );
  }
  return new SparkEngine(`Spark Connect at ${engineScope(config)}`, sparkConnect, (settings, signal) =>
    foreignSite(config, { settings, signal }),
  );
}

class SparkEngine implements LocalEngine {
  readonly version: string;
  readonly #sparkConnect: SparkConnectFactory;
  readonly #findSite: FindSite;

  constructor(version: string, sparkConnect: SparkConnectFactory, findSite: FindSite) {
    this.version = version;
    this.#sparkConnect = sparkConnect;
    this.#findSite = findSite;
  }

  async open({ sessionId, config, sparkConf, signal, noteBroken }: EngineOpening): Promise<EngineSession> {
    const site = await this.#findSite(sparkConf, signal);
    const { endpoint } = site;
    const runner = this.#sparkConnect(async () => endpoint);
    const handle = { v: HANDLE_VERSION, provider: 'local', scope: engineScope(config), id: sessionId } as const;
    const session = new SparkSession({
      handle,
      endpoint,
      runner,
      onLost: () => {
        site.retire();
      },
      onClosed: () => site.leave(),
    });
    const stop = new AbortController();
    void site.ended.then((reason) => {
      stop.abort(new SessionError('session-failed', reason, { operation: 'start' }));
    });
    try {
      const both = AbortSignal.any([signal, stop.signal]);
      // A session is open when its server has answered once.
      await runThrough(session, GREETING, both);
      await session.configure(site.settings, both);
      for (const [index, text] of config.init.entries()) await runInit(session, { index, text, signal: both });
    } catch (error) {
      await session.close();
      throw error;
    }
    void site.ended.then(noteBroken);
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
    const words = error.message.slice(error.kind.length + 3);
    const message = `statement ${index + 1} of \`init\` failed: ${words}`;
    throw new SessionError(error.kind, message, { operation: 'start', cause: error });
  }
}

/** Runs a statement to the end of its result. */
async function runThrough(session: SparkSession, statement: StatementRequest, signal: AbortSignal): Promise<void> {
  const { started, finished } = session.execute(statement, signal);
  const execution = await started;
  const batches = execution.batches()[Symbol.asyncIterator]();
  while ((await batches.next()).done !== true);
  await finished;
}

async function ownSite(shared: SharedProcess, { settings, signal }: SiteWish): Promise<Site> {
  const share = await shared.take(signal);
  const { endpoint, sessionSettings, ended } = share.process;
  return {
    endpoint,
    settings: { ...sessionSettings, ...settings },
    ended,
    retire: () => {
      share.retire();
    },
    leave: () => share.giveBack(),
  };
}

async function foreignSite({ engine }: LocalConfig, { settings, signal }: SiteWish): Promise<Site> {
  const endpoint = typeof engine === 'string' ? engine : parseConnectUrl(engine.url);
  if (typeof endpoint === 'string') {
    throw new SessionError('config-invalid', `the URL of the engine ${endpoint}`, { operation: 'start' });
  }
  const { host, port } = endpoint;
  const why = await raceAbort(whyNotListening(endpoint), signal, 'execute');
  if (why !== undefined) {
    throw new SessionError(
      'unavailable',
      `no Spark Connect server can be reached at ${host}:${port} (${why}); start it, or correct the \`url\` of \`engine\``,
      { operation: 'start' },
    );
  }
  return { endpoint, settings, ended: new Promise(() => {}), retire: () => {}, leave: async () => {} };
}
