import type { EngineSession, LocalEngine } from '../../../providers/local/client.ts';
import { loadDuckDbEngine } from '../../../providers/local/duckdb/duckdb-engine.ts';
import { LocalService } from '../../../providers/local/local-service.ts';
import type { LocalConfig } from '../../../providers/local/options.ts';
import { plugin } from '../../../providers/local/plugin.ts';
import { LocalProvider } from '../../../providers/local/provider.ts';
import {
  DUCKDB_SAMPLES,
  engineTime,
  type ConformanceFixture,
  type ConformanceSubject,
} from '../../../src/conformance/index.ts';
import { defineCapabilities } from '../../../src/contract/capabilities.ts';
import { SeededRandom, VirtualClock } from '../../../src/testing/index.ts';

/** The local provider's own, with pages so small that a few sessions fill several. */
const CAPABILITIES = defineCapabilities({ ...plugin.capabilities, listPageSize: 4 });

/** The local provider on a real DuckDB, with timeouts on a virtual clock. */
export const localSubject: ConformanceSubject = {
  name: 'local on DuckDB',
  capabilities: CAPABILITIES,
  faults: ['broken-start'],
  layered: false,
  sql: DUCKDB_SAMPLES,
  patienceMs: 3_000,
  open: openLocal,
};

async function openLocal(): Promise<ConformanceFixture> {
  const clock = new VirtualClock();
  const engine = new CountedEngine(loadDuckDbEngine());
  const config: LocalConfig = {
    engine: 'duckdb',
    pythonEnvironment: undefined,
    database: ':memory:',
    memoryLimit: '256MB',
    threads: 1,
    init: [],
  };
  const service = new LocalService({
    config,
    loadEngine: async () => engine,
    maxLifetimeMs: 86_400_000,
    clock,
    random: new SeededRandom(),
  });
  return {
    createProvider: () =>
      new LocalProvider({ id: 'local', scope: 'duckdb', capabilities: CAPABILITIES, service, clock }),
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
