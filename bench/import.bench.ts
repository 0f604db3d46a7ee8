import { msToExit } from './fresh-process.ts';
import { packagesLoadedBy } from './loaded-packages.ts';
import { atMost, type BenchReport, holds, report } from './report.ts';
import { interleave, summarize } from './samples.ts';

const ROUNDS = 21;

/** A process that imports `anysession` against an empty one. */
export async function bench(): Promise<BenchReport> {
  const { ours, empty } = await interleave(ROUNDS, {
    ours: () => msToExit('import.mjs'),
    empty: () => msToExit('../reference/empty.mjs'),
  });
  const figures = { "import 'anysession'": summarize('ms', ours), 'empty Node': summarize('ms', empty) };
  const ratio = figures["import 'anysession'"].median / figures['empty Node'].median;
  const loaded = await packagesLoadedBy(`import 'anysession'`);
  return report({
    name: 'import',
    figures,
    ratios: { 'import / empty': ratio },
    bars: [
      atMost('× of an empty Node', ratio, 1.25),
      holds(`no package is loaded${loaded.length > 0 ? `, but ${loaded.join(', ')}` : ''}`, loaded.length === 0),
    ],
  });
}
