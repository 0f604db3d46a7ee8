import type { EngineSession, LocalEngine } from '../../../providers/local/local-engine.ts';
import { loadDuckDbEngine } from '../../../providers/local/duckdb/duckdb-engine.ts';
import { LocalService } from '../../../providers/local/local-service.ts';
import { engineScope, type LocalConfig } from '../../../providers/local/options.ts';
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

/** What the kit is run on: an engine, and how its sessions are opened. */
export interface LocalFixtureParts {
  readonly engine: LocalEngine;
  readonly config: LocalConfig;
  readonly capabilities: Capabilities;
}

/** The capabilities of an engine, with pages so small that a few sessions fill several. */
export function smallPages(capabilities: Capabilities): Capabilities {
  return defineCapabilities({ ...capabilities, listPageSize: 4 });
}

const DUCKDB = {
  capabilities: smallPages(plugin.capabilities),
  config: {
    engine: 'duckdb',
    pythonEnvironment: undefined,
    database: ':memory:',
    memoryLimit: '256MB',
    threads: 1,
    init: [],
  },
} as const satisfies Partial<LocalFixtureParts>;

/** The local provider on a real DuckDB, with timeouts on a virtual clock. */
export const localSubject: ConformanceSubject = {
  name: 'local on DuckDB',
  capabilities: DUCKDB.capabilities,
  faults: ['broken-start'],
  layered: false,
  sql: DUCKDB_SAMPLES,
  patienceMs: 3_000,
  open: () => openLocalFixture({ engine: loadDuckDbEngine(), ...DUCKDB }),
};

/** The local provider on any engine, with timeouts on a virtual clock, and somebody who counts at the engine's door. */
export async function openLocalFixture(parts: LocalFixtureParts): Promise<ConformanceFixture> {
  const { config, capabilities } = parts;
  const clock = new VirtualClock();
  const engine = new CountedEngine(parts.engine);
  const service = new LocalService({
    config,
    loadEngine: async () => engine,
    maxLifetimeMs: 86_400_000,
    clock,
    random: new SeededRandom(),
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

/** The engine itself, with somebody at its door who counts what goes in and out. */
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

  /** Opening and executing are the only ways in. */
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
