/** The tables of the page "Choose a provider", from the capabilities. */
import type { Capabilities } from '../src/contract/capabilities.ts';
import { isBatchPlugin, type AnyPlugin, type ProviderPlugin } from '../src/contract/provider-plugin.ts';
import { USAGE_UNITS } from '../src/contract/usage.ts';
import { duration, markdownTable } from './markdown-table.ts';

const link = ({ id }: AnyPlugin): string => `[\`${id}\`](../../providers/${id}/README.md)`;

/** What somebody may need, and whether a provider of sessions has it. */
const NEEDS: readonly (readonly [need: string, has: (capabilities: Capabilities) => boolean])[] = [
  ['Spark SQL in a cloud', ({ sparkConnect }) => sparkConnect],
  ['sessions without an account', ({ outlivesProcess }) => !outlivesProcess],
  ['a session that another process or host can use', ({ outlivesProcess }) => outlivesProcess],
  ['a service that ends every session after a maximum lifetime', (c) => c.outlivesProcess && c.maxLifetimeMs !== false],
  ['an idle timeout of less than 10 minutes', ({ idleTimeoutMs }) => idleTimeoutMs.min < 600_000],
  ['a service that reports whether a session is busy', ({ reportsBusy }) => reportsBusy],
  ['a link to the Spark UI or a dashboard', ({ dashboard }) => dashboard],
  ['`size` and `sparkConf`', ({ size, sparkConf }) => size && sparkConf],
];

/** One row for each provider. */
export function chooseTable(plugins: readonly AnyPlugin[]): string {
  const head = ['provider', 'runs', 'idle timeout', 'maximum lifetime', 'live sessions', 'Spark Connect', 'usage'];
  return markdownTable(
    head,
    plugins.map((plugin) =>
      isBatchPlugin(plugin)
        ? [link(plugin), 'batches of workflow runs', ...Array<string>(head.length - 2).fill('–')]
        : [link(plugin), ...cells(plugin)],
    ),
  );
}

function cells({ capabilities }: ProviderPlugin): string[] {
  const { dialect, idleTimeoutMs, maxLifetimeMs, maxLiveSessions, sparkConnect, usageUnits } = capabilities;
  return [
    dialect === 'spark' ? 'Spark SQL' : 'DuckDB SQL, or Spark SQL with `engine`',
    `${duration(idleTimeoutMs.min)} – ${duration(idleTimeoutMs.max)}`,
    maxLifetimeMs === false ? 'none' : duration(maxLifetimeMs.max),
    maxLiveSessions === false ? 'no known limit' : `at most ${maxLiveSessions}`,
    sparkConnect ? 'yes' : 'no',
    usageUnits.map((unit) => USAGE_UNITS[unit].label).join(', ') || 'free',
  ];
}

/** One row for each need. */
export function needsTable(plugins: readonly AnyPlugin[]): string {
  const sessions = plugins.filter((plugin): plugin is ProviderPlugin => !isBatchPlugin(plugin));
  const rows = NEEDS.map(([need, has]) => [need, sessions.filter(({ capabilities }) => has(capabilities))] as const);
  return markdownTable(
    ['you need', 'providers'],
    [...rows, ['up to 100,000 runs of a workflow, with one request', plugins.filter(isBatchPlugin)] as const].map(
      ([need, having]) => [need, having.map(link).join(', ') || 'none'],
    ),
  );
}
