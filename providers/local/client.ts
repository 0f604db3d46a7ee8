import type { ProviderPorts } from '../../src/contract/provider-plugin.ts';
import type { LocalEngine } from './local-engine.ts';
import type { LocalConfig } from './options.ts';

/** Loads an engine; called at the first need and again after a failure. */
export type EngineLoader = () => Promise<LocalEngine>;

/** How the engine of a config is loaded: DuckDB's binding, or what starts and dials Spark Connect servers. */
export function engineLoader(config: LocalConfig, ports: ProviderPorts): EngineLoader {
  if (config.engine === 'duckdb') return async () => (await import('./duckdb/duckdb-engine.ts')).loadDuckDbEngine();
  return async () => (await import('./spark/spark-engine.ts')).loadSparkEngine(config, ports);
}

/** Loads once what loads well; a failed load is forgotten, so that the next call tries again. */
export function loadOnce(load: EngineLoader): EngineLoader {
  let loading: Promise<LocalEngine> | undefined;
  return () => {
    loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
}
