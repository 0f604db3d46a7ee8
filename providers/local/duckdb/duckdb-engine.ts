import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SessionError } from '../../../src/contract/session-error.ts';
import { throwIfAborted } from '../../../src/provider-kit/aborted-error.ts';
import type { EngineOpening, LocalEngine } from '../local-engine.ts';
import { messageOf, toSessionError } from '../errors.ts';
import type { LocalConfig } from '../options.ts';
import { type Config, type Database, type DuckDbBinding, type InstanceCache, loadDuckDbBinding } from './binding.ts';
import { DuckDbSession, type OpenDatabase } from './duckdb-session.ts';
import { interruptible, type InterruptibleWork } from './interruptible.ts';

/** The `database` option of a database in memory that belongs to one session. */
export const IN_MEMORY = ':memory:';

/**
 * The settings of every session. Instants are shown and compared in UTC on every machine, as in the clouds. DuckDB counts
 * its progress without printing it. It computes only a little of a result in advance, so that the first rows of a slow
 * statement arrive early (with DuckDB's default of 1 MB they wait for many more rows).
 */
const SETTINGS = `
  SET TimeZone = 'UTC';
  SET enable_progress_bar = true;
  SET enable_progress_bar_print = false;
  SET streaming_buffer_size = '64KB'`;

/**
 * The database files that are open in this process. All sessions on a file share its database:
 * DuckDB locks a file per process, so nothing else would prevent two instances from overwriting each other's data.
 */
let openFiles: InstanceCache | undefined;

/**
 * Loads DuckDB.
 * @throws SessionError `config-invalid` with the install command when it is not installed.
 */
export function loadDuckDbEngine(load: () => DuckDbBinding = loadDuckDbBinding): LocalEngine {
  const binding = load();
  return {
    version: `DuckDB ${binding.library_version()}`,
    open: async ({ sessionId, config, signal }: EngineOpening) => {
      const open = await openDatabase(binding, sessionId, config);
      const work = { ...open, signal };
      // Not awaited: the settings take a millisecond, which overlaps with the report that the session is open.
      const configured = interruptible(work, () => binding.query(open.connection, SETTINGS));
      try {
        if (config.init.length > 0) {
          await configured;
          await runInit(work, config.init);
        }
        return new DuckDbSession(open, configured);
      } catch (error) {
        binding.disconnect_sync(open.connection);
        binding.close_sync(open.database);
        throw error;
      }
    },
  };
}

async function openDatabase(binding: DuckDbBinding, sessionId: string, config: LocalConfig): Promise<OpenDatabase> {
  // Its own folder instead of `.tmp` in the working directory. DuckDB creates it when needed and removes it at the end.
  const spillFolder = config.database === IN_MEMORY ? join(tmpdir(), `anysession-${sessionId}`) : undefined;
  try {
    const database = await openAt(binding, config.database, openingSettings(binding, config, spillFolder));
    return { binding, database, connection: await binding.connect(database), spillFolder };
  } catch (error) {
    throw toSessionError(error, { operation: 'start' });
  }
}

function openAt(binding: DuckDbBinding, path: string, settings: Config): Promise<Database> {
  if (path === IN_MEMORY) return binding.open(path, settings);
  openFiles ??= binding.create_instance_cache();
  return binding.get_or_create_from_cache(openFiles, path, settings);
}

function openingSettings(
  binding: DuckDbBinding,
  { memoryLimit, threads }: LocalConfig,
  spillFolder: string | undefined,
): Config {
  const settings = binding.create_config();
  // Nothing is downloaded without an explicit INSTALL.
  binding.set_config(settings, 'autoinstall_known_extensions', 'false');
  if (memoryLimit !== undefined) binding.set_config(settings, 'memory_limit', memoryLimit);
  if (threads !== undefined) binding.set_config(settings, 'threads', String(threads));
  if (spillFolder !== undefined) binding.set_config(settings, 'temp_directory', spillFolder);
  return settings;
}

async function runInit(work: InterruptibleWork, init: readonly string[]): Promise<void> {
  const { binding, connection, signal } = work;
  for (const [index, text] of init.entries()) {
    try {
      await interruptible(work, () => binding.query(connection, text));
    } catch (error) {
      throwIfAborted(signal, 'execute');
      const { kind } = toSessionError(error, { operation: 'start' });
      const message = `statement ${index + 1} of \`init\` failed: ${messageOf(error)}`;
      throw new SessionError(kind, message, { operation: 'start', cause: error });
    }
  }
}
