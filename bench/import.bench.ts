import { msToExit } from './fresh-process.ts';
import { packagesLoadedBy } from './loaded-packages.ts';
import { atMost, type BenchReport, holds, report } from './report.ts';
import { interleave, pairedDifferences, summarize } from './samples.ts';

const ROUNDS = 21;

/** What `import 'anysession'` costs a process, over an empty Node. */
export async function bench(): Promise<BenchReport> {
  const { ours, empty } = await interleave(ROUNDS, {
    ours: () => msToExit('import.mjs'),
    empty: () => msToExit('../reference/empty.mjs'),
  });
  const extra = summarize('ms', pairedDifferences(ours, empty));
  const figures = {
    "import 'anysession'": summarize('ms', ours),
    'empty Node': summarize('ms', empty),
    'over empty': extra,
  };
  const loaded = await packagesLoadedBy(`import 'anysession'`);
  return report({
    name: 'import',
    figures,
    ratios: { 'import / empty': figures["import 'anysession'"].median / figures['empty Node'].median },
    bars: [
      atMost('ms over empty Node', extra.median, 15),
      holds(`no package is loaded${loaded.length > 0 ? `, but ${loaded.join(', ')}` : ''}`, loaded.length === 0),
    ],
  });
}
