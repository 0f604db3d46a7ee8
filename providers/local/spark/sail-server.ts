import { join } from 'node:path';
import { SERVER_SESSION_TIMEOUT_S, type EngineServer } from './engine-server.ts';

/** An installed Sail. */
export interface SailHome {
  /** The start of its command line. */
  readonly launch: readonly string[];
  /** `undefined` when it is unknown. */
  readonly version: string | undefined;
}

/** Sail as a Spark Connect server. It has no tokens and listens on the loopback address only. @see https://docs.lakesail.com/sail/latest/guide/configuration/ (read 2026-11-21) */
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
    // A setting of the session. By default Sail writes tables to the working directory.
    sessionSettings: ({ folder }) => ({ 'spark.sql.warehouse.dir': join(folder, 'warehouse') }),
  };
}
