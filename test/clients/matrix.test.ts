import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import type { EmulatorOptions } from '../../src/emulator/index.ts';
import type { EngineName } from '../engines/engine-homes.ts';
import { startEngine, type EngineServer } from '../engines/engine-server.ts';
import { programCommand, runProgram, type EndedProgram, type ProgramTask } from './client-program.ts';
import { CLIENTS, installedClients } from './clients.ts';
import { openCloudStage, type CloudStage } from './cloud-stage.ts';
import { mavenVersions } from './maven-client.ts';
import { MATRIX, RESULTS_VARIABLE, type MatrixRow, type Trial } from './matrix.ts';
import { merged, RowRecord, type Results } from './results.ts';

const installed = installedClients();
const { [RESULTS_VARIABLE]: resultsFile, CLIENTS: wanted = '' } = process.env;

/** What a run without `CLIENTS` reads at most. */
const DEFAULT_ROWS = 2_000_000;
const ROWS: readonly MatrixRow[] =
  wanted === ''
    ? MATRIX.filter(({ isDefault }) => isDefault).map((row) => ({ ...row, rows: Math.min(row.rows, DEFAULT_ROWS) }))
    : MATRIX.filter(({ client }) => wanted === 'all' || wanted.split(',').includes(client));

const JOB = 'SELECT id % 3 AS k, sum(id) AS s FROM range(0, 1000) AS t(id) GROUP BY id % 3 ORDER BY k';
const JOB_ROWS = [
  [0, 166_833],
  [1, 166_167],
  [2, 166_500],
];
const READ_TIMEOUT_MS = 5 * 60_000;
/** A client must report the end of its session within this time. */
const KILL_LIMIT_MS = 10_000;
/** How many streams end with their tokens: at least a hundred must be cut before the last row. */
const STREAMS = 110;
/** The rows of an answer: no engine has more here. */
const ANSWER_ROWS = 16_384;
/** So many bytes have arrived only in the middle of a result. */
const MID_STREAM_BYTES = 300_000;

const numbers = (count: number): string => `SELECT * FROM range(0, ${count}) AS t(id)`;

/** The whole numbers from 0, each as eight bytes. */
function checksum(count: number): string {
  return createHash('sha256')
    .update(BigInt64Array.from({ length: count }, (_, at) => BigInt(at)))
    .digest('hex');
}

const engines = new Map<EngineName, Promise<EngineServer>>();
const records: RowRecord[] = [];

async function engineAt(name: MatrixRow['engine'] | 'sail'): Promise<EmulatorOptions['engine']> {
  if (name === 'duckdb') return name;
  const started = engines.get(name) ?? startEngine(name);
  engines.set(name, started);
  return `sc://127.0.0.1:${(await started).port}`;
}

afterAll(async () => {
  for (const server of engines.values()) await (await server).stop();
  if (resultsFile === undefined) return;
  const { results: earlier } = JSON.parse(readFileSync(resultsFile, 'utf8')) as Results;
  const results: Results = {
    date: new Date().toISOString().slice(0, 10),
    results: merged(
      earlier,
      records.map((record) => record.result()),
    ),
  };
  writeFileSync(resultsFile, `${JSON.stringify(results, undefined, 2)}\n`);
});

/** The versions of the packages that a client's requirements name. */
async function versionsOf(client: string, runner: string): Promise<Readonly<Record<string, string>>> {
  const path = fileURLToPath(new URL(CLIENTS[client] ?? '', import.meta.url));
  if (path.endsWith('.xml')) return mavenVersions(path);
  const requirements = readFileSync(path, 'utf8');
  const { stdout } = await promisify(execFile)(runner, ['-m', 'pip', 'list', '--format=json']);
  const packages = JSON.parse(stdout) as { readonly name: string; readonly version: string }[];
  const named = packages.filter(({ name }) => new RegExp(`^${name}(\\[|=|<|$)`, 'im').test(requirements));
  return Object.fromEntries(named.map(({ name, version }) => [name, version]));
}

describe.each(ROWS)('$client on emulated $cloud, $rows rows with $engine', (row) => {
  const runner = installed[row.client];
  let record: RowRecord;
  let command: readonly string[];
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'anysession-client-'));
    record = new RowRecord(row, runner === undefined ? undefined : await versionsOf(row.client, runner));
    records.push(record);
    if (runner !== undefined) command = await programCommand(row, runner, folder);
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  const openStage = async (engine: MatrixRow['engine'] | 'sail', context: TestContext): Promise<CloudStage> => {
    const version = row.sparkVersion !== undefined && { responderVersion: row.sparkVersion };
    return openCloudStage(row, { engine: (await engineAt(engine)) ?? 'duckdb', ...version }, context);
  };

  const use = (
    { clientEnv }: Pick<CloudStage, 'clientEnv'>,
    task: Pick<ProgramTask, 'mode' | 'sql'>,
    context: TestContext,
  ): Promise<EndedProgram> => runProgram(command, { env: clientEnv, ...task }, context);

  const expectWhole = ({ code, lines, stderr }: EndedProgram, count: number): void => {
    expect(lines, stderr).toEqual([{ count, sha256: checksum(count) }, { rows: [[1]] }]);
    expect(code).toBe(0);
  };

  const trial = (name: Trial, run: (context: TestContext) => Promise<void>): void => {
    if (row.exempt?.[name] !== undefined) return;
    // A client that is not installed has no tests, and its row says so.
    if (runner !== undefined) it(name, { timeout: READ_TIMEOUT_MS }, (context) => record.try(name, () => run(context)));
    else it(`${name}: not installed`, () => {});
  };

  trial('job', async (context) => {
    const { lines, code, stderr } = await use(await openStage('sail', context), { mode: 'job', sql: JOB }, context);
    expect(lines, stderr).toEqual([{ rows: JOB_ROWS }]);
    expect(code).toBe(0);
  });

  trial('expiry', async (context) => {
    const stage = await openStage(row.engine, context);
    const afterAnswers = Math.max(1, Math.floor(row.rows / ANSWER_ROWS / STREAMS));
    // On Dataproc an open WebSocket outlives its token, so its streams are cut without an expiry.
    const [fault, code] =
      row.cloud === 'dataproc'
        ? [{ kind: 'rpc-error', code: 'UNAVAILABLE' } as const, 'UNAVAILABLE']
        : [{ kind: 'rpc-token-expires' } as const, 'PERMISSION_DENIED'];
    for (const operation of ['ExecutePlan', 'ReattachExecute']) {
      stage.emulator.faults.add({ ...fault, operation, afterAnswers, times: STREAMS });
    }
    const ended = await use(stage, { mode: 'read', sql: numbers(row.rows) }, context);
    record.streamsCut = stage.emulator
      .log()
      .filter(({ errorCode, faults }) => errorCode === code && faults.includes(fault.kind)).length;
    expectWhole(ended, row.rows);
    expect(record.streamsCut).toBeGreaterThanOrEqual(row.readsLittle === true ? 1 : 100);
  });

  trial('reset', async (context) => {
    const stage = await openStage(row.engine, context);
    stage.emulator.faults.add({ kind: 'rpc-cut', afterAnswers: 5, times: 100 });
    expectWhole(await use(stage, { mode: 'read', sql: numbers(500_000) }, context), 500_000);
    expect(stage.emulator.log().filter(({ delivery }) => delivery === 'reset')).not.toEqual([]);
  });

  trial('kill', async (context) => {
    const stage = await openStage(row.engine, context);
    stage.emulator.faults.add({ kind: 'rpc-silence', afterAnswers: 20, times: 100 });
    const running = use(stage, { mode: 'read', sql: numbers(500_000) }, context);
    await expect.poll(stage.sentBytes, { timeout: 60_000 }).toBeGreaterThan(MID_STREAM_BYTES);
    const killedAtMs = Date.now();
    await stage.terminateElsewhere();
    const { lines, failedAtMs = Infinity, stderr } = await running;
    const [{ error = '' } = {}] = lines;
    const [state, reason] = KILLED[row.cloud];
    expect(error, stderr).toContain(`session '${stage.session.handle.id}' ended (${state})`);
    expect(error).toContain(reason);
    expect(failedAtMs - killedAtMs).toBeLessThan(KILL_LIMIT_MS);
  });

  trial('two at once', async (context) => {
    const stage = await openStage('sail', context);
    const counts = [100_000, 200_000];
    const both = await Promise.all(counts.map((count) => use(stage, { mode: 'read', sql: numbers(count) }, context)));
    counts.forEach((count, at) => both[at] !== undefined && expectWhole(both[at], count));
  });

  trial('no key', async (context) => {
    const stage = await openStage('sail', context);
    const startedMs = Date.now();
    const clientEnv = { SPARK_REMOTE: `sc://127.0.0.1:${stage.proxy.port}` };
    const { lines, code } = await use({ clientEnv }, { mode: 'job', sql: 'SELECT 1 AS one' }, context);
    expect(lines).toEqual([{ error: expect.stringContaining('the key of the proxy is missing or wrong') }]);
    expect(code).not.toBe(0);
    expect(Date.now() - startedMs).toBeLessThan(60_000);
    expect(stage.emulator.log().filter(({ operation }) => operation === 'ExecutePlan')).toEqual([]);
  });
});

/** How a terminated session ends for each service: its state, and the reason that the service gives. */
const KILLED = {
  athena: ['TERMINATED', 'Session was terminated per request'],
  'emr-serverless': ['TERMINATED', 'Session is terminated.'],
  'emr-ec2': ['TERMINATED', 'Session is terminated.'],
  glue: ['STOPPED', 'the service gave no reason'],
  dataproc: ['TERMINATED', 'the service gave no reason'],
} as const;
