import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { checkConfig } from '../../config/check-config.ts';
import { configInvalid } from '../../config/config-problem.ts';
import { configSchema } from '../../config/config-shape.ts';
import { CODE_EXTENSIONS, configFilesIn, findConfigFile } from '../../config/find-config-file.ts';
import { readConfigFile } from '../../config/read-config-file.ts';
import { SessionError } from '../../contract/session-error.ts';
import { printTable } from '../table.ts';
import { print, printJson, warn, type CommandContext } from '../terminal.ts';

/**
 * Writes what the configuration holds and what is wrong with it.
 * @throws SessionError `config-invalid` with every problem of every environment.
 */
export async function runConfigCheck({ terminal, config, environment, json }: CommandContext): Promise<void> {
  const request = { config, environment, cwd: terminal.cwd, env: terminal.env };
  const report = await terminal.load(() => checkConfig(request));
  if (json) {
    await printJson(terminal, report, 2);
  } else {
    const rows = report.environments.map(({ name, provider = '?', dialect = '?' }) => {
      return [name, provider, dialect, name === report.selected ? 'yes' : ''];
    });
    await print(terminal, `${report.file}\n\n`);
    await printTable(terminal, ['environment', 'provider', 'SQL', 'selected'], rows);
    if (report.executes.length > 0) await print(terminal, `\nexecutes: ${report.executes.join(', ')}\n`);
    for (const warning of report.warnings) warn(terminal, `warning: ${warning}\n`);
  }
  if (report.problems.length > 0) throw configInvalid(report.problems);
  if (!json) await print(terminal, '\nno problems\n');
}

/** Names that a shell cannot take for anything else, on a line that a completion writes. */
const PLAIN_NAME = /^[\w.-]+$/;

/** Writes the names of the environments, a line each, for shell completion: only of a file that is data, because code would run. */
export async function runConfigEnvironments({ terminal, config }: CommandContext): Promise<void> {
  const file = config === undefined ? findConfigFile(terminal.cwd) : resolve(terminal.cwd, config);
  if (CODE_EXTENSIONS.some((extension) => file.endsWith(extension))) return;
  const { environments } = await readConfigFile(file, file);
  const names = Object.keys(Object(environments) as object).filter((name) => PLAIN_NAME.test(name));
  await print(terminal, names.map((name) => `${name}\n`).join(''));
}

/** Writes the JSON Schema of config files. */
export async function runConfigSchema({ terminal }: CommandContext): Promise<void> {
  await printJson(terminal, await configSchema(), 2);
}

const FILE_NAME = 'anysession.config.yaml';

/**
 * Writes a config file to begin with.
 * @throws SessionError `conflict` when there is a config file already.
 */
export async function runConfigInit(
  context: CommandContext,
  { emulated = false }: { readonly emulated?: boolean },
): Promise<void> {
  const { terminal, config, json, provider } = context;
  const file = resolve(terminal.cwd, config ?? FILE_NAME);
  if (!/\.ya?ml$/.test(file))
    throw refusal('invalid-request', 'what is written is YAML: the name must end in .yaml or .yml');
  // Two config files in one folder would both be refused.
  const [other] = config === undefined ? configFilesIn(dirname(file)) : [];
  if (other !== undefined) throw alreadyThere(join(dirname(file), other));
  if (existsSync(file)) throw alreadyThere(file);
  const { LOCAL_CONFIG, emulatedConfig, providerConfig } = await import('../initial-config.ts');
  const text = emulated
    ? await emulatedConfig(provider)
    : provider === undefined || provider === 'local'
      ? LOCAL_CONFIG
      : await providerConfig(context, provider);
  await write(file, text);
  await (json ? printJson(terminal, { file }) : print(terminal, `${file}\n`));
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw alreadyThere(file);
    throw refusal('invalid-request', `${file} cannot be written (${String(code)})`, cause);
  }
}

function alreadyThere(file: string): SessionError {
  return refusal('conflict', `${file} already exists; nothing was changed`);
}

function refusal(kind: 'conflict' | 'invalid-request', message: string, cause?: unknown): SessionError {
  return new SessionError(kind, message, { operation: 'configInit', cause });
}
