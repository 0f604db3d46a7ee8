import { join } from 'node:path';
import { SERVER_SESSION_TIMEOUT_S, type EngineServer } from './engine-server.ts';

/** An installed Sail. */
export interface SailHome {
  /** What to call it with, before its own words. */
  readonly launch: readonly string[];
  /** `undefined` where its folder does not tell. */
  readonly version: string | undefined;
}

/** Sail as a Spark Connect server. It knows no tokens; it listens on the loopback address alone. @see https://docs.lakesail.com/sail/latest/guide/configuration/ (read 2026-11-21) */
export function sailServer({ launch, version }: SailHome): EngineServer {
  return {
    engine: 'sail',
    label: version === undefined ? 'Sail' : `Sail ${version}`,
    takesToken: false,
    startsWithSparkConf: false,
    command: ({ port }) => [...launch, 'spark', 'server', '--ip', '127.0.0.1', '--port', String(port)],
    files: () => ({}),
    environment: ({ folder }) => ({
      SAIL_RUNTIME__TEMPORARY_FILES__PATHS: JSON.stringify([folder]),
      SAIL_SPARK__SESSION_TIMEOUT_SECS: String(SERVER_SESSION_TIMEOUT_S),
    }),
    // Sail asks its sessions for it, and else writes tables to the working directory, which stays that of the paths in statements.
    sessionSettings: ({ folder }) => ({ 'spark.sql.warehouse.dir': join(folder, 'warehouse') }),
  };
}
