import { startEmulator } from '../src/emulator/start-emulator.ts';
import { msToExit, msToFirstLine } from './fresh-process.ts';
import { atMost, type BenchReport, report } from './report.ts';
import { interleave, medianRatio, summarize } from './samples.ts';

const ROUNDS = 15;
const CLI = '../../dist/src/cli/main.js';
const SQL = 'SELECT 1 AS one';

/** The command line from the start of its process, each against the same work without us. */
export async function bench(): Promise<BenchReport> {
  await using emulator = await startEmulator({ services: ['athena'] });
  process.env['BENCH_ENDPOINT'] = emulator.urls.athena;
  const athena = ['region=us-east-1', 'workgroup=spark35', `endpoint=${emulator.urls.athena}`];
  const keys = ['credentials.accessKeyId=AKIDEXAMPLE', 'credentials.secretAccessKey=secret'];
  const options = [...athena, ...keys].flatMap((option) => ['--set', option]);
  const values = await interleave(ROUNDS, {
    empty: () => msToExit('../reference/empty.mjs'),
    version: () => msToExit(CLI, '--version'),
    help: () => msToExit(CLI, '--help'),
    list: () => msToExit(CLI, 'list', '--json', '--provider', 'athena', ...options),
    bareList: () => msToExit('../reference/list-athena.mjs'),
    sql: () => msToFirstLine(CLI, 'sql', SQL, '--provider', 'local'),
    bareSql: () => msToFirstLine('../reference/first-row.mjs', SQL),
  });
  const figures = Object.fromEntries(Object.entries(values).map(([name, each]) => [name, summarize('ms', each)]));
  const pairs = [
    ['--version / empty Node.js process', values.version, values.empty, 1.5],
    ['--help / empty Node.js process', values.help, values.empty, 1.5],
    ['list / bare script with the SDK', values.list, values.bareList, 1.45],
    ['first row of sql / bare DuckDB script', values.sql, values.bareSql, 1.5],
  ] as const;
  const ratios = pairs.map(([label, ours, reference]) => [label, medianRatio(ours, reference)] as const);
  return report({
    name: 'cli',
    figures,
    ratios: Object.fromEntries(ratios),
    bars: ratios.map(([label, ratio], index) => atMost(`× ${label}`, ratio, pairs[index]?.[3] ?? 0)),
  });
}
