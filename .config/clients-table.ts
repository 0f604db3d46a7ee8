import { TRIALS } from '../test/clients/matrix.ts';
import type { Outcome, Results, RowResult } from '../test/clients/results.ts';
import { markdownTable } from './markdown-table.ts';

const HEADS = ['client', 'cloud', ...TRIALS, 'rows', 'streams cut', 'engine of these'];

const WORDS: Readonly<Record<Outcome['outcome'], string>> = {
  passed: 'yes',
  failed: '**failed**',
  'not installed': 'not installed',
  'not applicable': '–',
};

/** The table of the clients, what did not pass, and the versions. */
export function clientsTable({ date, results }: Results): string {
  const rows = results.map((row) => [
    `\`${row.client}\``,
    `\`${row.cloud}\``,
    ...TRIALS.map((trial) => WORDS[row.trials[trial].outcome]),
    row.rows.toLocaleString('en-US'),
    String(row.streamsCut ?? '–'),
    row.engine,
  ]);
  const parts = [`Run of ${date}:`, markdownTable(HEADS, rows), ...listOf('Not passed:', reasons(results))];
  return [...parts, ...listOf('Versions:', versions(results))].join('\n\n');
}

function listOf(head: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [head, lines.map((line) => `- ${line}`).join('\n')];
}

function reasons(results: readonly RowResult[]): readonly string[] {
  return results.flatMap(({ client, cloud, trials }) =>
    TRIALS.flatMap((trial) => {
      const { outcome, reason = '' } = trials[trial];
      return outcome === 'failed' || outcome === 'not applicable'
        ? [`\`${client}\` on \`${cloud}\`, ${trial}: ${outcome}. ${reason}`.trim()]
        : [];
    }),
  );
}

function versions(results: readonly RowResult[]): readonly string[] {
  const all = results.flatMap(({ client, versions: packages }) => {
    const list = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
    return list.length === 0 ? [] : [`\`${client}\`: ${list.join(', ')}`];
  });
  return [...new Set(all)];
}
