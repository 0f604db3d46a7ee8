import { access } from 'node:fs/promises';
import {
  INSTALLABLE_ENGINES,
  parseEngineFolderName,
  type EngineRelease,
  type InstallableEngine,
} from '../../provider-kit/installed-engine.ts';
import { SessionError } from '../../contract/session-error.ts';
import { EngineStore, type StoredEngine } from '../engine-store.ts';
import { ENGINE_VERSIONS, installEngine } from '../install-engine.ts';
import { printTable } from '../table.ts';
import { StatusLine } from '../status-line.ts';
import { print, printJson, warn, type CommandContext } from '../terminal.ts';

/** The options of `engines install` and `engines remove`. */
interface EngineCommandOptions {
  /** A version, such as `0.7.2`. */
  readonly release?: string;
}

/** Installs an engine into the user's cache, and says its steps on stderr. Where it is installed already nothing happens. */
export async function runEnginesInstall(
  { terminal, json }: CommandContext,
  name: string,
  { release }: EngineCommandOptions,
): Promise<void> {
  const engine = readEngine(name, 'enginesInstall');
  const wanted = readRelease(engine, release ?? ENGINE_VERSIONS[engine]);
  const store = new EngineStore(terminal.env);
  const folder = store.folderOf(wanted);
  const isThere = await access(folder).then(
    () => true,
    () => false,
  );
  const stored = isThere ? { ...wanted, folder } : await install(store, wanted, { terminal });
  const said = isThere ? 'is there already' : 'is installed';
  const text = `${engine} ${wanted.version} ${said}, in ${folder}\nUse it by \`engine: ${engine}\` in an environment of provider local.\n`;
  await (json ? printJson(terminal, stored) : print(terminal, text));
}

/** Writes what is installed. */
export async function runEnginesList({ terminal, json }: CommandContext): Promise<void> {
  const engines = await new EngineStore(terminal.env).list();
  if (json) return printJson(terminal, engines, 2);
  const rows = engines.map(({ engine, version, folder }) => [engine, version, folder]);
  await printTable(terminal, ['engine', 'version', 'folder'], rows);
  if (rows.length === 0) warn(terminal, 'no engine is installed; run: anysession engines install sail\n');
}

/** Removes an engine in one version, or in all of them. @throws SessionError `not-found` when there is none. */
export async function runEnginesRemove(
  { terminal, json }: CommandContext,
  name: string,
  { release }: EngineCommandOptions,
): Promise<void> {
  const engine = readEngine(name, 'enginesRemove');
  const store = new EngineStore(terminal.env);
  const found = (await store.list()).filter((one) => one.engine === engine && one.version === (release ?? one.version));
  if (found.length === 0) {
    const what = release === undefined ? engine : `${engine} ${release}`;
    throw new SessionError(
      'not-found',
      `${what} is not installed in ${store.folder}; anysession engines list shows what is`,
      { operation: 'enginesRemove' },
    );
  }
  for (const one of found) await store.remove(one);
  const text = found.map(({ version }) => `${engine} ${version} is removed\n`).join('');
  await (json ? printJson(terminal, found) : print(terminal, text));
}

async function install(
  store: EngineStore,
  release: EngineRelease,
  { terminal }: Pick<CommandContext, 'terminal'>,
): Promise<StoredEngine> {
  const status = new StatusLine(terminal);
  const { env, signal } = terminal;
  try {
    return await store.add(release, (unfinished) =>
      installEngine(release, unfinished, {
        env,
        signal,
        onStep: (step) => {
          warn(terminal, `${release.engine} ${release.version}: ${step}\n`);
        },
        onProgress: (line) => {
          status.show(line);
        },
      }),
    );
  } finally {
    status.end();
  }
}

function readEngine(name: string, operation: string): InstallableEngine {
  const engine = INSTALLABLE_ENGINES.find((one) => one === name);
  if (engine !== undefined) return engine;
  const known = INSTALLABLE_ENGINES.join(' and ');
  throw new SessionError('invalid-request', `there is no engine ${JSON.stringify(name)}; there are ${known}`, {
    operation,
  });
}

function readRelease(engine: InstallableEngine, version: string): EngineRelease {
  const release = parseEngineFolderName(`${engine}-${version}`);
  if (release !== undefined) return release;
  throw new SessionError(
    'invalid-request',
    `${JSON.stringify(version)} is no version; write it like ${ENGINE_VERSIONS[engine]}`,
    { operation: 'enginesInstall' },
  );
}
