import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SessionError } from '../../../src/contract/session-error.ts';
import type { EngineOpening, LocalEngine } from '../local-engine.ts';
import { toSessionError } from '../errors.ts';
import type { LocalConfig } from '../options.ts';
import { type Config, type Database, type DuckDbBinding, type InstanceCache, loadDuckDbBinding } from './binding.ts';
import { DuckDbSession, type OpenDatabase } from './duckdb-session.ts';
import { interruptible } from './interruptible.ts';
import { throwIfAborted } from '../../../src/provider-kit/aborted-error.ts';

/** What `database` says for one that lives in memory and belongs to its session alone. */
export const IN_MEMORY = ':memory:';

/**
 * What every session begins with: instants are shown and compared in UTC on every machine, as on the clouds; the engine
 * counts its progress, without drawing it on the terminal; and of a result it computes little ahead, so that the first
 * rows of a slow statement come as soon as they are there (with DuckDB's own 1 MB they wait for many more).
 */
const FIRST_SETTINGS = `
  SET TimeZone = 'UTC';
  SET enable_progress_bar = true;
  SET enable_progress_bar_print = false;
  SET streaming_buffer_size = '64KB'`;

/**
 * The database files that are open in this process. Sessions on one file share its database, whoever started them:
 * DuckDB's lock on a file is the process's, so nothing else would keep a second instance from writing across the first.
 */
let openFiles: InstanceCache | undefined;

/**
 * Loads DuckDB.
 * @throws SessionError `config-invalid` with the install line when it is not there.
 */
export function loadDuckDbEngine(load: () => DuckDbBinding = loadDuckDbBinding): LocalEngine {
  return new DuckDbEngine(load());
}

class DuckDbEngine implements LocalEngine {
  readonly version: string;
  readonly #binding: DuckDbBinding;

  constructor(binding: DuckDbBinding) {
    this.#binding = binding;
    this.version = `DuckDB ${binding.library_version()}`;
  }

  async open({ sessionId, config, signal }: EngineOpening): Promise<DuckDbSession> {
    const binding = this.#binding;
    const open = await this.#openDatabase(sessionId, config);
    try {
      await runFirst(open, config.init, signal);
      return new DuckDbSession(open);
    } catch (error) {
      binding.disconnect_sync(open.connection);
      binding.close_sync(open.database);
      throw error;
    }
  }

  async #openDatabase(sessionId: string, config: LocalConfig): Promise<OpenDatabase> {
    const binding = this.#binding;
    // A folder of its own (DuckDB makes it when needed and removes it at the end), and not `.tmp` in the working directory.
    const spillFolder = config.database === IN_MEMORY ? join(tmpdir(), `anysession-${sessionId}`) : undefined;
    try {
      const database = await this.#openAt(config.database, this.#settings(config, spillFolder));
      return { binding, database, connection: await binding.connect(database), spillFolder };
    } catch (error) {
      throw toSessionError(error, { operation: 'start' });
    }
  }

  #openAt(path: string, settings: Config): Promise<Database> {
    const binding = this.#binding;
    if (path === IN_MEMORY) return binding.open(path, settings);
    openFiles ??= binding.create_instance_cache();
    return binding.get_or_create_from_cache(openFiles, path, settings);
  }

  #settings({ memoryLimit, threads }: LocalConfig, spillFolder: string | undefined): Config {
    const binding = this.#binding;
    const settings = binding.create_config();
    // Nothing is downloaded unless somebody says INSTALL.
    binding.set_config(settings, 'autoinstall_known_extensions', 'false');
    if (memoryLimit !== undefined) binding.set_config(settings, 'memory_limit', memoryLimit);
    if (threads !== undefined) binding.set_config(settings, 'threads', String(threads));
    if (spillFolder !== undefined) binding.set_config(settings, 'temp_directory', spillFolder);
    return settings;
  }
}

async function runFirst(
  { binding, connection }: OpenDatabase,
  init: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const work = { binding, connection, signal };
  await interruptible(work, () => binding.query(connection, FIRST_SETTINGS));
  for (const [index, text] of init.entries()) {
    try {
      await interruptible(work, () => binding.query(connection, text));
    } catch (error) {
      throwIfAborted(signal, 'execute');
      const { kind } = toSessionError(error, { operation: 'start' });
      const words = error instanceof Error ? error.message : String(error);
      const message = `statement ${index + 1} of \`init\` failed: ${words}`;
      throw new SessionError(kind, message, { operation: 'start', cause: error });
    }
  }
}
