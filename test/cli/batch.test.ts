import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { startEmulator } from '../../src/emulator/start-emulator.ts';
import { openBatches } from '../../src/open-batches.ts';
import { openSessions } from '../../src/open-sessions.ts';
import { VirtualClock } from '../../src/testing/index.ts';
import { DEFAULTS, runsOf } from '../batch/scene.ts';
import { cli, type CliRun } from './cli-run.ts';
import { failureOf } from '../failure-of.ts';

const TOKEN_NAME = /^as-[0-9a-f]{28}-1$/;
const OFTEN = { perSecond: 1_000 };

let folder: string;
let clock: VirtualClock;
let service: Emulator;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'anysession-batch-'));
  clock = new VirtualClock();
  service = await startEmulator({
    services: ['healthomics', 's3'],
    clock,
    healthomics: {
      submissionsPerSecond: 10,
      runMs: 30_000,
      refusedRuns: ['r1'],
      failingRuns: ['r3'],
      // The service's time stands still while commands run, so its rates would never recover.
      rates: Object.fromEntries(['StartRunBatch', 'GetBatch', 'ListBatch', 'ListRuns'].map((name) => [name, OFTEN])),
    },
  });
  const { healthomics, s3 } = service.urls;
  const address = `region: us-east-1, endpoint: "${healthomics}", s3Endpoint: "${s3}", runListUri: "s3://lists/x"`;
  const keys = 'credentials: { accessKeyId: a, secretAccessKey: b }, writesPerSecond: 100';
  const omics = `  genomes: { provider: healthomics, ${address}, ${keys} }`;
  const config = ['defaultEnvironment: genomes', 'environments:', omics, '  laptop: { provider: local }', ''].join(
    '\n',
  );
  await writeFile(join(folder, 'anysession.config.yaml'), config);
  await writeFile(join(folder, 'defaults.json'), JSON.stringify(DEFAULTS));
  await writeFile(join(folder, 'runs.json'), JSON.stringify(runsOf(5)));
});

afterEach(async () => {
  await service.close();
  await rm(folder, { recursive: true });
});

function run(...args: string[]): Promise<CliRun> {
  return cli(args, { cwd: folder });
}

/** Starts a batch of five runs, of which `r1` is refused and `r3` fails; gives its id. */
async function started(): Promise<string> {
  const { stdout } = await run('batch', 'start', '--runs', 'runs.json', '--defaults', 'defaults.json', '--json');
  return (JSON.parse(stdout) as { handle: { id: string } }).handle.id;
}

async function finished(): Promise<string> {
  const id = await started();
  await clock.advance(3_600_000);
  return id;
}

function inputsOf(operation: string): unknown[] {
  return service.log().flatMap((record) => (record.operation === operation ? [record.input] : []));
}

describe('anysession batch', () => {
  it('starts the runs of a file, by key', async () => {
    const lines = runsOf(101).map((each) => JSON.stringify(each));
    await writeFile(join(folder, 'runs.jsonl'), lines.join('\n'));
    const args = ['--runs', 'runs.jsonl', '--defaults', 'defaults.json', '--key', 'k', '--json'];
    const first = await run('batch', 'start', ...args);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    const [batch] = service.oracle.batches();
    expect(JSON.parse(first.stdout)).toMatchObject({ handle: { id: batch?.id }, state: 'creating' });
    expect(inputsOf('StartRunBatch')).toMatchObject([
      {
        batchName: expect.stringMatching(TOKEN_NAME) as string,
        batchRunSettings: { s3UriSettings: expect.stringMatching(/^s3:\/\/lists\/x\/as-/) as string },
      },
    ]);
  });

  it('tells how a batch stands, and what failed', async () => {
    const id = await finished();
    const status = await run('batch', 'status', id);
    expect(status.stdout).toContain('state      finished (PROCESSED)\noutcome    partial\n');
    const failures = await run('batch', 'failures', id, '--json');
    const lines = failures.stdout.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { id: 'r1', reason: expect.stringContaining('VALIDATION_ERROR') as string },
      { id: 'r3', reason: expect.stringContaining('WORKFLOW_RUN_FAILED') as string },
    ]);
  });

  it('starts what failed again, from the file of the first runs', async () => {
    expect(await run('batch', 'resubmit', await finished(), '--runs', 'runs.json')).toMatchObject({ code: 0 });
    const [, again] = inputsOf('StartRunBatch') as {
      batchRunSettings: { inlineSettings: { runSettingId: string }[] };
    }[];
    expect(again?.batchRunSettings.inlineSettings.map(({ runSettingId }) => runSettingId)).toEqual(['r1', 'r3']);
  });

  it('deletes only what it was told to, and cancels', async () => {
    const over = await finished();
    expect(await run('batch', 'delete', over)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--record') as string,
    });
    await run('batch', 'delete', over, '--runs');
    await clock.advance(3_600_000);
    await run('batch', 'delete', over, '--record');
    const running = await started();
    await clock.advance(20_000);
    expect(await run('batch', 'cancel', running)).toMatchObject({ code: 0 });
    const changes = service
      .log()
      .flatMap(({ operation = '' }) => (/^(Delete|Cancel)/.test(operation) ? operation : []));
    expect(changes).toEqual(['DeleteRunBatch', 'DeleteBatch', 'CancelRunBatch']);
  });

  it('names the file that is wrong', async () => {
    const missing = await run('batch', 'start', '--runs', 'none.json', '--defaults', 'defaults.json');
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('none.json cannot be read as JSON')]);
  });

  it('names the line that is wrong, and takes a file with a byte order mark', async () => {
    await writeFile(join(folder, 'runs.jsonl'), '\uFEFF{ "id": "a" }\r\n\r\n{ "id": "b"\r\n');
    const { code, stderr } = await run('batch', 'start', '--runs', 'runs.jsonl', '--defaults', 'defaults.json');
    expect([code, stderr]).toEqual([2, expect.stringContaining('line 3 of runs.jsonl cannot be read as JSON')]);
    expect(inputsOf('StartRunBatch')).toEqual([]);
    await writeFile(join(folder, 'runs.json'), '\uFEFF[{ "id": "a" }]');
    expect(await run('batch', 'start', '--runs', 'runs.json', '--defaults', 'defaults.json')).toMatchObject({
      code: 0,
    });
  });
});

describe('the two kinds of environments', () => {
  it('openSessions says that HealthOmics has batches, and openBatches that others have none', async () => {
    const sessions = await failureOf(openSessions({ cwd: folder, environment: 'genomes' }));
    expect(sessions).toMatchObject({ kind: 'unsupported', provider: 'healthomics' });
    expect(sessions.message).toContain('healthomics has run batches, not sessions. Use openBatches().');
    const batches = await failureOf(openBatches({ cwd: folder, environment: 'laptop' }));
    expect(batches.message).toContain('local has sessions, not run batches. Use openSessions().');
    expect(service.log()).toEqual([]);
  });
});

describe('a number that JavaScript would change is refused, with its run and its path', () => {
  const one = (parameters: string): string => `[{"id":"a"},{"id":"b","parameters":${parameters}}]`;
  it.each([
    ['runs.json', one('{"seed": 9007199254740993}'), 'runs.json: run 2, parameters.seed is 9007199254740993'],
    [
      'runs.json',
      one('{"l":["9007199254740993",{"x":-9007199254740995}]}'),
      'run 2, parameters.l.1.x is -9007199254740995',
    ],
    ['runs.json', one('{"big": 1e999}'), 'parameters.big is 1e999, which would be sent as null'],
    [
      'runs.jsonl',
      '{"id":"a"}\n{"id":"b","parameters":{"n":12345678901234567891}}',
      'line 2 of runs.jsonl: parameters.n is',
    ],
    [
      'defaults.json',
      JSON.stringify(DEFAULTS).replace('}', ',"parameters":{"n":9007199254740993}}'),
      'defaults.json: parameters.n',
    ],
  ])('in %s: %s', async (file, text, message) => {
    await writeFile(join(folder, file), text);
    const runs = file === 'runs.jsonl' ? file : 'runs.json';
    const { code, stderr } = await run('batch', 'start', '--runs', runs, '--defaults', 'defaults.json');
    expect([code, stderr.replaceAll(/\s+/g, ' ')]).toEqual([2, expect.stringContaining(message)]);
    expect(inputsOf('StartRunBatch')).toEqual([]);
  });

  it('but not one that stays what it is', async () => {
    const numbers = '{"a":9007199254740992,"b":"9007199254740993","c":0.1,"d":[1e3,-2],"e":"\\"1e999"}';
    await writeFile(join(folder, 'runs.json'), one(numbers));
    expect(await run('batch', 'start', '--runs', 'runs.json', '--defaults', 'defaults.json')).toMatchObject({
      code: 0,
    });
  });

  it.each(['[', '{"a":'])('parameters 6,000 deep are the fault of the file: %s', async (open) => {
    const close = open === '[' ? ']' : '}';
    await writeFile(join(folder, 'runs.json'), one(`{"p":${open.repeat(6000)}9007199254740993${close.repeat(6000)}}`));
    const { code, stderr } = await run('batch', 'start', '--runs', 'runs.json', '--defaults', 'defaults.json');
    expect(code).toBe(2);
    expect(stderr.length).toBeLessThan(2000);
    await writeFile(join(folder, 'runs.json'), one(`{"p":${open.repeat(6000)}1${close.repeat(6000)}}`));
    const deep = await run('batch', 'start', '--runs', 'runs.json', '--defaults', 'defaults.json');
    expect([deep.code, deep.stderr]).toEqual([2, expect.stringMatching(/nested/)]);
  });
});
