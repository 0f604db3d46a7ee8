import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { preparePython } from '../test/oracles/python-environment.ts';
import { HOME_VARIABLES } from '../test/engines/engine-homes.ts';
import { startEngine } from '../test/engines/engine-server.ts';
import { bundleProgram } from './bundle-program.ts';
import { ChildProgram } from './child-program.ts';
import { delayingProxy } from './delaying-proxy.ts';
import { atLeast, atMost, type BenchReport, report } from './report.ts';
import { interleave, summarize } from './samples.ts';

const SMALL = 1_000_000;
const LARGE = 10_000_000;
const SMALL_ROUNDS = 3;
const LARGE_ROUNDS = 7;
const FIRST_ROUNDS = 31;
const ONE_WAY_MS = 20;
const MEGABYTE = 1e6;
/** The Arrow bytes of a row with the four columns: three times eight bytes, and a text of nearly three with its offset. */
const ROW_BYTES = 24 + 4 + 2.89;

/** SQL over Spark Connect against bare gRPC and PySpark, all on one Sail server, each client in its own process. */
export async function bench(): Promise<BenchReport> {
  const requirements = fileURLToPath(new URL('../test/engines/requirements.txt', import.meta.url));
  const python = await preparePython(requirements);
  if (python.kind !== 'ready') throw new Error(`bench sql needs Sail and PySpark: ${python.reason}`);
  process.env[HOME_VARIABLES.python] = python.python;
  await using server = await startEngine('sail');
  const { port } = server;

  const ours = await started(await oursOn(port));
  const theirs = await started(program(python.python, here('reference/sql_to_arrow.py'), `sc://127.0.0.1:${port}`));
  const small = await interleave(SMALL_ROUNDS, {
    ours: () => milliseconds(ours, `arrow ${SMALL}`, SMALL),
    theirs: () => milliseconds(theirs, `arrow ${SMALL}`, SMALL),
  });
  await theirs.end();

  const bare = await started(program(process.execPath, here('reference/bare-sql.mjs'), String(port)));
  // Before the large results, whose memory would be collected in between.
  const first = await interleave(FIRST_ROUNDS, {
    ours: () => milliseconds(ours, 'first', 1),
    bare: () => milliseconds(bare, 'first', 1),
  });
  const large = await interleave(LARGE_ROUNDS, {
    bare: () => milliseconds(bare, `receive ${LARGE}`, LARGE),
    ipc: () => milliseconds(ours, `ipc ${LARGE}`, LARGE),
    arrow: () => milliseconds(ours, `arrow ${LARGE}`, LARGE),
  });
  await bare.end();
  await ours.end();

  const streaming = await stream(port);
  using link = await delayingProxy(port, ONE_WAY_MS);
  const far = await stream(link.port);

  const figures = {
    '1 M rows × 4 to Arrow, anysession': summarize('ms', small.ours),
    '1 M rows × 4 to Arrow, PySpark': summarize('ms', small.theirs),
    '10 M rows × 4, bare gRPC': summarize('ms', large.bare),
    '10 M rows × 4, ipcStream()': summarize('ms', large.ipc),
    '10 M rows × 4, toArrow()': summarize('ms', large.arrow),
    '10 M rows streamed': summarize('ms', [streaming.ms]),
    '10 M rows streamed, peak above start': summarize('MB', [streaming.peakMegabytes]),
    '10 M rows streamed over 40 ms': summarize('ms', [far.ms]),
    'first sql, anysession': summarize('ms', first.ours),
    'first sql, bare calls': summarize('ms', first.bare),
  };
  const ratio = (one: keyof typeof figures, other: keyof typeof figures): number =>
    figures[one].median / figures[other].median;
  const smallRatio = ratio('1 M rows × 4 to Arrow, anysession', '1 M rows × 4 to Arrow, PySpark');
  const ipcRatio = ratio('10 M rows × 4, ipcStream()', '10 M rows × 4, bare gRPC');
  const firstRatio = ratio('first sql, anysession', 'first sql, bare calls');
  return report({
    name: 'sql',
    figures,
    ratios: {
      '1 M rows / PySpark': smallRatio,
      'ipcStream() / bare gRPC': ipcRatio,
      'toArrow() / bare gRPC': ratio('10 M rows × 4, toArrow()', '10 M rows × 4, bare gRPC'),
      'first sql / bare calls': firstRatio,
    },
    bars: [
      atMost('× of the bare gRPC receive of the same bytes, 10 M rows', ipcRatio, 1.3),
      atMost("× of PySpark's toArrow, 1 M rows", smallRatio, 1),
      atMost('MB above the start while 10 M rows are streamed', streaming.peakMegabytes, 200),
      atLeast('MB/s of Arrow over a round trip of 40 ms', (LARGE * ROW_BYTES) / MEGABYTE / (far.ms / 1000), 50),
      atMost('× of the bare calls, first sql on a ready session', firstRatio, 1.5),
    ],
  });
}

async function oursOn(port: number): Promise<ChildProcess> {
  return program(process.execPath, '--expose-gc', await bundleProgram('sql-client'), String(port));
}

function program(command: string, ...words: readonly string[]): ChildProcess {
  return spawn(command, words, { stdio: ['pipe', 'pipe', 'inherit'] });
}

/** Takes a program over; it says one line when it is ready. */
async function started(child: ChildProcess): Promise<ChildProgram> {
  const client = new ChildProgram(child);
  await client.line();
  return client;
}

/** What a program answers to a line: numbers by name. */
async function ask(client: ChildProgram, line: string): Promise<Readonly<Partial<Record<string, number>>>> {
  return JSON.parse(await client.ask(line)) as Partial<Record<string, number>>;
}

/** Ten million rows through a client that has done nothing else. */
async function stream(port: number): Promise<{ ms: number; peakMegabytes: number }> {
  const client = await started(await oursOn(port));
  const { ms = Number.NaN, rows, peakMegabytes = Number.NaN } = await ask(client, `stream ${LARGE}`);
  await client.end();
  if (rows !== LARGE) throw new Error(`${rows} rows came where ${LARGE} were due`);
  return { ms, peakMegabytes };
}

async function milliseconds(program: ChildProgram, line: string, due?: number): Promise<number> {
  const { ms = Number.NaN, rows } = await ask(program, line);
  if (rows !== due) throw new Error(`${line} gave ${rows} rows`);
  return ms;
}

function here(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
