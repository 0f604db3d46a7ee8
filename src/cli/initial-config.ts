import { createInterface } from 'node:readline/promises';
import { optionNames, checkEnvironment, optionsFromVariables } from '../config/read-environment.ts';
import { loadPlugin } from '../config/plugin-catalog.ts';
import { configInvalid } from '../config/config-problem.ts';
import { optionsFromTexts } from '../config/filled-texts.ts';
import type { AnyPlugin } from '../contract/provider-plugin.ts';
import { SessionError } from '../contract/session-error.ts';
import { EMULATED_CLOUDS } from './emulated-clouds.ts';
import type { CommandContext, Terminal } from './terminal.ts';

const HEAD = `# For completion in editors, run: anysession config schema > anysession.schema.json
# and put on top of this file:    # yaml-language-server: $schema=./anysession.schema.json

# The default environment; ANYSESSION_ENV or --env overrides it.
`;

const OWNER = `
# Who pays: written on every session. Made from your user and host name by default.
# owner: my-team
`;

/** The file with the embedded engine, which works without a cloud. */
export const LOCAL_CONFIG = `${HEAD}defaultEnvironment: dev
${OWNER}
environments:
  dev:
    # DuckDB in your process: no cloud, no cost. Its options are beside \`provider\`.
    provider: local
    # The defaults of every start.
    session:
      idleTimeoutMs: 1800000

  # Another environment, with a provider that you have installed. \${NAME} is filled from the process's environment.
  # prod:
  #   provider: '@acme/anysession-livy'
  #   url: '\${LIVY_URL}'
`;

/**
 * The file of one provider. Options that it must have come from `--set`, from the provider's variables, or are asked for on a terminal.
 * @throws SessionError `config-invalid` when an option is missing or wrong: what is written works.
 */
export async function providerConfig(context: CommandContext, provider: string): Promise<string> {
  const { terminal, set = {} } = context;
  const { cwd, env } = terminal;
  const plugin = await loadPlugin(provider, `${cwd}/anysession.config.yaml`);
  const given = optionsFromTexts(set, plugin.optionsSchema());
  const found = await optionsFromVariables(plugin, { ...given }, env);
  const known = new Set([...Object.keys(given), ...found.map(({ path: [name] }) => String(name))]);
  const asked = await askFor(plugin, missing(plugin, known), terminal);
  const options = { ...given, ...optionsFromTexts(asked, plugin.optionsSchema()) };
  const { problems } = await checkEnvironment({ written: { provider, ...options }, plugin, filled: [], env });
  if (problems.length > 0) {
    throw configInvalid(problems.map((problem) => ({ ...problem, file: `--provider ${provider}` })));
  }
  // The file works in every shell: what a variable holds now is written too, unless it may be a secret.
  const fromVariables = found.filter(({ path: [name = ''] }) => required(plugin).includes(String(name)));
  const written = {
    ...options,
    ...Object.fromEntries(fromVariables.map(({ path: [name = ''], text }) => [String(name), text])),
  };
  return `${HEAD}defaultEnvironment: dev\n${OWNER}\nenvironments:\n${environment('dev', provider, written)}`;
}

/** The file of the emulated clouds, for a shell that has run the lines of `emulate --export`. */
export async function emulatedConfig(first = 'athena'): Promise<string> {
  if (!Object.hasOwn(EMULATED_CLOUDS, first)) {
    const message = `There is no emulator for the provider ${first}. There are emulators for ${Object.keys(EMULATED_CLOUDS).join(', ')}.`;
    throw new SessionError('invalid-request', message, { operation: 'configInit' });
  }
  const parts = Object.entries(EMULATED_CLOUDS).map(async ([provider, { urlVariable, variables }]) => {
    const plugin = await loadPlugin(provider);
    const names = Object.entries(plugin.environmentVariables);
    const option = (variable: string): string => names.find(([, name]) => name === variable)?.[0] ?? variable;
    const options = {
      [option(urlVariable)]: `\${${urlVariable}}`,
      ...Object.fromEntries(Object.entries(variables).map(([name, value]) => [option(name), value])),
    };
    return environment(provider, provider, options);
  });
  const environments = (await Promise.all(parts)).join('\n');
  const how = `# The emulated clouds. First run: eval "$(anysession emulate --detach --export)"\n`;
  return `${how}${HEAD}defaultEnvironment: ${first}\n\nenvironments:\n${environments}`;
}

function required(plugin: AnyPlugin): readonly string[] {
  const { required: names } = plugin.optionsSchema();
  return Array.isArray(names) ? names.map(String) : [];
}

function missing(plugin: AnyPlugin, known: ReadonlySet<string>): readonly string[] {
  return required(plugin).filter((name) => !known.has(name) && optionNames(plugin)?.includes(name) !== false);
}

async function askFor(
  plugin: AnyPlugin,
  names: readonly string[],
  { stdin, stderr, signal }: Terminal,
): Promise<Readonly<Record<string, string>>> {
  if (names.length === 0) return {};
  if (stdin.isTTY !== true || stderr.isTTY !== true) {
    const flags = names.map((name) => `--set ${name}=…`).join(' ');
    const message = `${plugin.id} needs ${names.join(', ')}. Run again with: ${flags}`;
    throw new SessionError('invalid-request', message, { operation: 'configInit' });
  }
  const properties = plugin.optionsSchema()['properties'] as Readonly<
    Record<string, { readonly description?: string }>
  >;
  const lines = createInterface({ input: stdin, output: stderr });
  try {
    const answers: Record<string, string> = {};
    for (const name of names) {
      const description = properties[name]?.description ?? '';
      answers[name] = (await lines.question(`${name} (${description.replace(/\.$/, '')}): `, { signal })).trim();
    }
    return answers;
  } finally {
    lines.close();
  }
}

/** One environment as YAML, of which JSON is a part. */
function environment(name: string, provider: string, options: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(options).map(([option, value]) => `    ${option}: ${JSON.stringify(value)}\n`);
  return `  ${name}:\n    provider: ${JSON.stringify(provider)}\n${lines.join('')}`;
}
