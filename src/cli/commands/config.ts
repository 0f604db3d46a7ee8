import { writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { checkConfig } from '../../config/check-config.ts';
import { configInvalid } from '../../config/config-problem.ts';
import { configSchema } from '../../config/config-shape.ts';
import { configFilesIn } from '../../config/find-config-file.ts';
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
    await print(
      terminal,
      `${report.file}

`,
    );
    await printTable(terminal, ['environment', 'provider', 'SQL', 'selected'], rows);
    if (report.executes.length > 0)
      await print(
        terminal,
        `
executes: ${report.executes.join(', ')}
`,
      );
    for (const warning of report.warnings)
      warn(
        terminal,
        `warning: ${warning}
`,
      );
  }
  if (report.problems.length > 0) throw configInvalid(report.problems);
  if (!json) await print(terminal, '\nno problems\n');
}

/** Writes the JSON Schema of config files. */
export async function runConfigSchema({ terminal }: CommandContext): Promise<void> {
  await printJson(terminal, await configSchema(), 2);
}

const FILE_NAME = 'anysession.config.yaml';

/** What `config init` writes: works as it is. */
export const INITIAL_CONFIG = `# For completion in editors, run: anysession config schema > anysession.schema.json
# and put on top of this file:    # yaml-language-server: $schema=./anysession.schema.json

# The environment to take; ANYSESSION_ENV or --env wins over it.
defaultEnvironment: dev

# Who pays: written on every session. Made from your user and host name unless given.
# owner: my-team

environments:
  dev:
    # DuckDB in your process: no cloud, no cost. Its options are beside \`provider\`.
    provider: local
    # What start() uses where the call itself says nothing.
    session:
      idleTimeoutMs: 1800000

  # Another environment, with a provider that you have installed. \${NAME} is filled from the process's environment.
  # prod:
  #   provider: '@acme/anysession-livy'
  #   url: '\${LIVY_URL}'
`;

/**
 * Writes a config file to begin with.
 * @throws SessionError `conflict` when there is a config file already.
 */
export async function runConfigInit({ terminal, config, json }: CommandContext): Promise<void> {
  const file = resolve(terminal.cwd, config ?? FILE_NAME);
  if (!/\.ya?ml$/.test(file))
    throw refusal('invalid-request', 'what is written is YAML: the name must end in .yaml or .yml');
  // Two config files in one folder would both be refused.
  const [other] = config === undefined ? configFilesIn(dirname(file)) : [];
  if (other !== undefined) throw alreadyThere(join(dirname(file), other));
  await write(file);
  await (json ? printJson(terminal, { file }) : print(terminal, `${file}\n`));
}

async function write(file: string): Promise<void> {
  try {
    await writeFile(file, INITIAL_CONFIG, { flag: 'wx' });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw alreadyThere(file);
    throw refusal('invalid-request', `${file} cannot be written (${String(code)})`, cause);
  }
}

function alreadyThere(file: string): SessionError {
  return refusal('conflict', `there is ${file} already, and it is left as it is`);
}

function refusal(kind: 'conflict' | 'invalid-request', message: string, cause?: unknown): SessionError {
  return new SessionError(kind, message, { operation: 'configInit', cause });
}
