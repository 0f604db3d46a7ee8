import type { ProviderPorts } from '../../src/contract/provider-plugin.ts';
import type { LocalEngine } from './local-engine.ts';
import type { LocalConfig } from './options.ts';

/** Loads an engine; called at the first start, and again after a failure. */
export type EngineLoader = () => Promise<LocalEngine>;

/** Loads the engine of a config: DuckDB, or a Spark Connect server and its client. */
export function engineLoader(config: LocalConfig, ports: ProviderPorts): EngineLoader {
  if (config.engine === 'duckdb') return async () => (await import('./duckdb/duckdb-engine.ts')).loadDuckDbEngine();
  return async () => (await import('./spark/spark-engine.ts')).loadSparkEngine(config, ports);
}
