/**
 * Fills the generated blocks of the Markdown files, so that they cannot differ from the code:
 *
 *   <!-- generated: capabilities -->               a table of providers × capabilities
 *   <!-- generated: errors -->                     the table of error kinds
 *   <!-- generated: metrics -->                    the table of metrics
 *   <!-- generated: mcp-tools -->                  the tools of `anysession mcp`
 *   <!-- generated: mcp-limits -->                 their limits
 *   <!-- generated: choose -->                     one row for each provider, to choose one
 *   <!-- generated: needs -->                      one row for each need, with the providers that meet it
 *   <!-- generated: clients -->                    the table of Spark clients, from the last run of all of them
 *   <!-- code: examples/nightly-report.ts#readme --> that file's part between `// region readme` and `// endregion`
 *   <!-- code: examples/anysession.config.yaml -->   a whole file
 *   <!-- end -->                                   ends a block
 *
 * It also writes the pages for agents, which are cut from the guides: SKILL.md, llms.txt and llms-full.txt.
 *
 * `npm run docs:generate` writes the files, `npm run docs:check` fails when one of them would change.
 */
import { USAGE_UNITS } from '../src/contract/usage.ts';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Capabilities, DurationRange } from '../src/contract/capabilities.ts';
import { ERROR_KINDS, type ErrorKindFacts } from '../src/contract/error-kinds.ts';
import { METRICS, type MetricFacts } from '../src/contract/metrics.ts';
import { AGENT_PAGES, agentPages } from './agent-pages.ts';
import { limitTable, toolTable } from './mcp-tables.ts';
import { chooseTable, needsTable } from './choose-tables.ts';
import { duration, markdownTable } from './markdown-table.ts';
import { clientsTable } from './clients-table.ts';
import { MESSAGE_LIST, messageList } from './message-list.ts';
import type { Results } from '../test/clients/results.ts';
import { isBatchPlugin, type AnyPlugin, type ProviderPlugin } from '../src/contract/provider-plugin.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** What `CLIENTS=all npm run test:clients` saw last. */
const CLIENT_RESULTS = 'test/clients/results.json';
const BLOCK = /(<!-- (generated|code): (\S+) -->\n)[\s\S]*?(<!-- end -->)/g;

/** The Markdown files that may hold generated blocks, relative to the repository. */
export function documents(): string[] {
  const folders = [
    '.',
    'docs/guide',
    'examples',
    ...readdirSync(join(ROOT, 'providers')).map((id) => `providers/${id}`),
  ];
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((file) => file.endsWith('.md'))
      .map((file) => join(folder, file)),
  );
}

/** Returns the document with every generated block regenerated. */
export async function fill(text: string): Promise<string> {
  let filled = '';
  let position = 0;
  for (const match of text.matchAll(BLOCK)) {
    const [whole, opening = '', kind = '', name = '', closing = ''] = match;
    filled += `${text.slice(position, match.index)}${opening}\n${kind === 'code' ? codeBlock(name) : await generatedTable(name)}\n\n${closing}`;
    position = match.index + whole.length;
  }
  return filled + text.slice(position);
}

const TABLES: Readonly<Record<string, () => string | Promise<string>>> = {
  capabilities: async () => capabilityTable(sessionPlugins(await builtInPlugins())),
  choose: async () => chooseTable(await builtInPlugins()),
  needs: async () => needsTable(await builtInPlugins()),
  errors: errorTable,
  metrics: metricTable,
  'mcp-tools': toolTable,
  'mcp-limits': limitTable,
  clients: () => clientsTable(JSON.parse(readFileSync(join(ROOT, CLIENT_RESULTS), 'utf8')) as Results),
};

async function generatedTable(name: string): Promise<string> {
  const make = TABLES[name];
  if (make === undefined) throw new Error(`unknown table '${name}': there are ${Object.keys(TABLES).join(', ')}`);
  return make();
}

/** The plugins of all folders in `providers`, by id. */
export async function builtInPlugins(): Promise<AnyPlugin[]> {
  const ids = readdirSync(join(ROOT, 'providers'))
    .filter((id) => !id.startsWith('_'))
    .sort();
  const modules = ids.map((id) => import(pathToFileURL(join(ROOT, 'providers', id, 'plugin.ts')).href));
  return ((await Promise.all(modules)) as { plugin: AnyPlugin }[]).map(({ plugin }) => plugin);
}

/** Those of sessions. */
export function sessionPlugins(plugins: readonly AnyPlugin[]): ProviderPlugin[] {
  return plugins.filter((plugin): plugin is ProviderPlugin => !isBatchPlugin(plugin));
}

/** The row heading of each capability. The type is total, so a new capability without a heading does not compile. */
const CAPABILITY_LABELS: Record<keyof Capabilities, string> = {
  dialect: 'SQL dialect',
  sql: 'SQL without Spark Connect',
  sparkConnect: 'Spark Connect endpoint',
  calculations: 'Code blocks (`calculate`)',
  reportsBusy: 'Reports busy',
  deletesRecord: 'Deletes records of ended sessions',
  dashboard: 'Dashboard link',
  labels: '`labels`',
  size: '`size`',
  sparkConf: '`sparkConf`',
  idleTimeoutMs: '`idleTimeoutMs`',
  maxLifetimeMs: '`maxLifetimeMs`',
  idempotency: 'Idempotency',
  listPageSize: 'List page size',
  listFilters: 'List filters',
  tokenLifetimeMs: 'Endpoint token lifetime',
  maxLiveSessions: 'Live sessions, maximum',
  watchIntervalMs: 'Poll interval',
  callsPerSecond: 'Calls per second',
  outlivesProcess: 'Sessions outlive the process',
  usageUnits: 'Usage units',
};

/** One row for each capability, one column for each provider. */
export function capabilityTable(plugins: readonly ProviderPlugin[]): string {
  const rows = (Object.keys(CAPABILITY_LABELS) as (keyof Capabilities)[]).map((name) => [
    CAPABILITY_LABELS[name],
    ...plugins.map(({ capabilities }) => capabilityCell(name, capabilities)),
  ]);
  return markdownTable(['capability', ...plugins.map(({ id }) => `\`${id}\``)], rows);
}

function capabilityCell(name: keyof Capabilities, capabilities: Capabilities): string {
  const range = ({ min, max, default: usual }: DurationRange): string =>
    `${duration(min)} – ${duration(max)}, default ${duration(usual)}`;
  switch (name) {
    case 'idleTimeoutMs':
      return range(capabilities.idleTimeoutMs);
    case 'maxLifetimeMs':
      return capabilities.maxLifetimeMs === false ? 'no' : range(capabilities.maxLifetimeMs);
    case 'tokenLifetimeMs':
      return capabilities.tokenLifetimeMs === false ? '–' : duration(capabilities.tokenLifetimeMs);
    case 'watchIntervalMs':
      return `${duration(capabilities.watchIntervalMs.min)} – ${duration(capabilities.watchIntervalMs.max)}`;
    case 'callsPerSecond': {
      const rates = capabilities.callsPerSecond;
      return rates === false ? 'no limit' : `${rates.reads} reads, ${rates.writes} writes`;
    }
    case 'maxLiveSessions':
      return capabilities.maxLiveSessions === false ? 'no known limit' : String(capabilities.maxLiveSessions);
    case 'listFilters':
      return capabilities.listFilters.map((field) => `\`${field}\``).join(', ') || 'none';
    case 'usageUnits':
      return capabilities.usageUnits.map((unit) => USAGE_UNITS[unit].label).join(', ') || 'none';
    default: {
      const value = capabilities[name];
      return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
    }
  }
}

function errorTable(): string {
  return markdownTable(
    ['kind', 'retry', 'HTTP', 'exit code', 'what to do'],
    Object.entries<ErrorKindFacts>(ERROR_KINDS).map(([kind, { retry, httpStatus, exitCode, advice = '' }]) => [
      `\`${kind}\``,
      retry,
      String(httpStatus),
      String(exitCode),
      advice,
    ]),
  );
}

function metricTable(): string {
  return markdownTable(
    ['metric', 'kind', 'unit', 'what it is', 'attributes besides provider and scope'],
    Object.entries<MetricFacts>(METRICS).map(([name, { kind, unit, description, attributes }]) => [
      `\`${name}\``,
      kind,
      `\`${unit}\``,
      description,
      attributes
        .slice(2)
        .map((attribute) => `\`${attribute}\``)
        .join(', '),
    ]),
  );
}

function codeBlock(source: string): string {
  const [file = '', region] = source.split('#');
  const text = readFileSync(join(ROOT, file), 'utf8');
  const code = region === undefined ? text : regionOf(text, region);
  if (code === undefined) throw new Error(`${file} has no region '${region ?? ''}'`);
  return `\`\`\`${extname(file).slice(1)}\n${code.trim()}\n\`\`\``;
}

/** The lines between `// region NAME` and the next `// endregion`. */
function regionOf(text: string, name: string): string | undefined {
  const [, rest] = text.split(`// region ${name}\n`);
  return rest?.slice(0, rest.search(/^\s*\/\/ endregion$/m));
}

/** Writes the files that have changed, or only names them. */
export async function generateDocs({ write }: { readonly write: boolean }): Promise<string[]> {
  const changed: string[] = [];
  const update = (file: string, after: string): void => {
    if (existsSync(join(ROOT, file)) && readFileSync(join(ROOT, file), 'utf8') === after) return;
    changed.push(file);
    if (write) writeFileSync(join(ROOT, file), after);
  };
  const texts = new Map<string, string>();
  for (const file of documents()) {
    const text = await fill(readFileSync(join(ROOT, file), 'utf8'));
    texts.set(file, text);
    if (!AGENT_PAGES.includes(file)) update(file, text);
  }
  update(MESSAGE_LIST, messageList());
  // Made from the pages above.
  for (const [file, text] of await agentPages(texts)) update(file, text);
  return changed;
}

if (
  process.argv[1] !== undefined &&
  existsSync(process.argv[1]) &&
  import.meta.url === pathToFileURL(process.argv[1]).href
) {
  const check = process.argv.includes('--check');
  const changed = await generateDocs({ write: !check });
  if (changed.length > 0)
    console.log(`${check ? 'not up to date, run `npm run docs:generate`' : 'written'}: ${changed.join(', ')}`);
  process.exitCode = check && changed.length > 0 ? 1 : 0;
}
