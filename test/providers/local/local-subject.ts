import type { EngineSession, LocalEngine } from '../../../providers/local/local-engine.ts';
import { loadDuckDbEngine } from '../../../providers/local/duckdb/duckdb-engine.ts';
import { LocalService } from '../../../providers/local/local-service.ts';
import { engineScope, type LocalConfig, parseLocalOptions } from '../../../providers/local/options.ts';
import { plugin } from '../../../providers/local/plugin.ts';
import { LocalProvider } from '../../../providers/local/provider.ts';
import {
  DUCKDB_SAMPLES,
  engineTime,
  type ConformanceFixture,
  type ConformanceSubject,
} from '../../../src/conformance/index.ts';
import { type Capabilities, defineCapabilities } from '../../../src/contract/capabilities.ts';
import { SeededRandom, VirtualClock } from '../../../src/testing/index.ts';

/** The engine that the conformance kit runs on. */
export interface LocalFixtureParts {
  readonly engine: LocalEngine;
  readonly config: LocalConfig;
  readonly capabilities: Capabilities;
}

/** The capabilities of an engine, with pages of four sessions. */
export function smallPages(capabilities: Capabilities): Capabilities {
  return defineCapabilities({ ...capabilities, listPageSize: 4 });
}

const PARSED = parseLocalOptions({ memoryLimit: '256MB', threads: 1 });
if (!PARSED.ok) throw new Error(JSON.stringify(PARSED.problems));

/** Small sessions on DuckDB. */
export const LOCAL_DUCKDB = { capabilities: smallPages(plugin.capabilities), config: PARSED.config } as const;

/** The local provider on a real DuckDB, with timeouts on a virtual clock. */
export const localSubject: ConformanceSubject = {
  name: 'local on DuckDB',
  capabilities: LOCAL_DUCKDB.capabilities,
  faults: ['broken-start'],
  layered: false,
  sql: DUCKDB_SAMPLES,
  patienceMs: 3_000,
  open: () => openLocalFixture({ engine: loadDuckDbEngine(), ...LOCAL_DUCKDB }),
};

/** The local provider on any engine, with timeouts on a virtual clock and a count of the calls to the engine. */
export async function openLocalFixture(parts: LocalFixtureParts): Promise<ConformanceFixture> {
  const { config, capabilities } = parts;
  const clock = new VirtualClock();
  const engine = new CountedEngine(parts.engine);
  const random = new SeededRandom();
  const service = new LocalService({
    config,
    loadEngine: async () => engine,
    maxLifetimeMs: 86_400_000,
    clock,
    random,
  });
  return {
    createProvider: () => new LocalProvider({ id: 'local', scope: engineScope(config), capabilities, service, clock }),
    time: engineTime(clock),
    oracle: {
      requestCount: (operation) => engine.count(operation),
      started: () => engine.opened,
      live: () => [...engine.live],
      idleTimeoutMs: (id) => service.find(id)?.request.idleTimeoutMs ?? Number.NaN,
      runningStatements: () => engine.running,
    },
    unknownSessionId: 'local-0000000000000000',
    inject: () => void (engine.breakNext = true),
    dispose: () => service.close(),
  };
}

/** An engine that counts its sessions and statements. */
class CountedEngine implements LocalEngine {
  readonly version: string;
  readonly opened: string[] = [];
  readonly live = new Set<string>();
  running = 0;
  breakNext = false;
  readonly #engine: LocalEngine;
  #executed = 0;

  constructor(engine: LocalEngine) {
    this.version = engine.version;
    this.#engine = engine;
  }

  /** Only `start` and `execute` call the engine. */
  count(operation: string | undefined): number {
    const counts = { start: this.opened.length, execute: this.#executed };
    if (operation === undefined) return counts.start + counts.execute;
    return operation === 'start' || operation === 'execute' ? counts[operation] : 0;
  }

  async open(opening: Parameters<LocalEngine['open']>[0]): Promise<EngineSession> {
    const { sessionId, config } = opening;
    this.opened.push(sessionId);
    this.live.add(sessionId);
    const init = this.breakNext ? ['SELEC'] : config.init;
    this.breakNext = false;
    try {
      const session = await this.#engine.open({ ...opening, config: { ...config, init } });
      return this.#watched(sessionId, session);
    } catch (error) {
      this.live.delete(sessionId);
      throw error;
    }
  }

  #watched(sessionId: string, session: EngineSession): EngineSession {
    return {
      execute: (request, signal) => {
        this.#executed += 1;
        this.running += 1;
        const execution = session.execute(request, signal);
        void execution.finished.then(() => (this.running -= 1));
        return execution;
      },
      progress: (statementId) => session.progress(statementId),
      ...(session.endpoint !== undefined && { endpoint: session.endpoint }),
      get brokenBy() {
        return session.brokenBy;
      },
      close: async () => {
        await session.close();
        this.live.delete(sessionId);
      },
    };
  }
}
