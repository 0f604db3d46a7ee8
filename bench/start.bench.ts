import { msToFirstLine } from './fresh-process.ts';
import { atMost, type BenchReport, report } from './report.ts';
import { interleave, summarize } from './samples.ts';

const ROUNDS = 21;
/** A first row that costs the engine nothing: every millisecond of ours shows. */
const SQL = 'SELECT 42 AS answer';

/** Process start to the first row: `openSessions()` with a YAML file against a bare DuckDB script. */
export async function bench(): Promise<BenchReport> {
  const values = await interleave(ROUNDS, {
    ours: () => msToFirstLine('first-row.mjs', SQL),
    bare: () => msToFirstLine('../reference/first-row.mjs', SQL),
  });
  const [ours, bare] = [summarize('ms', values.ours), summarize('ms', values.bare)];
  const ratio = ours.median / bare.median;
  return report({
    name: 'start',
    figures: { anysession: ours, 'bare DuckDB': bare },
    ratios: { 'anysession / bare DuckDB': ratio },
    bars: [atMost('× of bare DuckDB, process start to first row', ratio, 1.8)],
  });
}
