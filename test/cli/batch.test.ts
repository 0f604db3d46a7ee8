import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openBatches } from '../../src/open-batches.ts';
import { openSessions } from '../../src/open-sessions.ts';
import { DEFAULTS, refusalOf, runsOf } from '../batch/scene.ts';
import { StandIn, type WireRequest } from '../providers/healthomics/stand-in.ts';
import { cli, type CliRun } from './cli-run.ts';

const TOKEN_NAME = /^as-[0-9a-f]{28}-1$/;

let folder: string;
let service: StandIn;
let url: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'anysession-batch-'));
  service = new StandIn(answer);
  url = await service.listen();
  const address = `region: us-east-1, endpoint: "${url}", s3Endpoint: "${url}", runListUri: "s3://lists/x"`;
  const keys = 'credentials: { accessKeyId: a, secretAccessKey: b }, writesPerSecond: 100';
  const omics = `  genomes: { provider: healthomics, ${address}, ${keys} }`;
  const config = ['defaultEnvironment: genomes', 'environments:', omics, '  laptop: { provider: local }', ''].join(
    '\n',
  );
  await writeFile(join(folder, 'anysession.config.yaml'), config);
  await writeFile(join(folder, 'defaults.json'), JSON.stringify(DEFAULTS));
});

afterEach(async () => {
  await service.close();
  await rm(folder, { recursive: true });
});

function answer({ method, path, query }: WireRequest) {
  if (path === '/run') return { body: { items: query['status'] === 'FAILED' ? [{ id: '9', status: 'FAILED' }] : [] } };
  if (path.endsWith('/run')) {
    if (query['submissionStatus'] === 'FAILED') {
      const row = { runSettingId: 'r1', submissionStatus: 'FAILED', submissionFailureReason: 'QUOTA' };
      return { body: { runs: [row] } };
    }
    return { body: { runs: [{ runSettingId: 'r3', runId: '9', submissionStatus: 'SUCCESS' }] } };
  }
  if (method === 'POST' && path === '/runBatch') return { status: 201, body: { id: '4711', status: 'CREATING' } };
  if (method !== 'GET') return { status: 202 };
  if (path === '/runBatch') return { body: { items: [] } };
  const submissionSummary = { successfulStartSubmissionCount: 4, failedStartSubmissionCount: 1 };
  const runSummary = { completedRunCount: 3, failedRunCount: 1 };
  return {
    body: { id: '4711', status: 'PROCESSED', totalRuns: 5, submissionSummary, runSummary, defaultRunSetting: DEFAULTS },
  };
}

function run(...args: string[]): Promise<CliRun> {
  return cli(args, { cwd: folder });
}

describe('anysession batch', () => {
  it('starts the runs of a file, by key', async () => {
    await writeFile(
      join(folder, 'runs.jsonl'),
      runsOf(101)
        .map((each) => JSON.stringify(each))
        .join('\n'),
    );
    const started = await run(
      'batch',
      'start',
      '--runs',
      'runs.jsonl',
      '--defaults',
      'defaults.json',
      '--key',
      'k',
      '--json',
    );
    expect(started).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(started.stdout)).toMatchObject({ handle: { id: '4711' }, state: 'creating' });
    const sent = service.requests.find(({ method, path }) => method === 'POST' && path === '/runBatch');
    expect((JSON.parse(sent?.body ?? '') as { batchName: string }).batchName).toMatch(TOKEN_NAME);
    expect([...service.objects.keys()][0]).toMatch(/^lists\/x\/as-/);
  });

  it('tells how a batch stands, and what failed', async () => {
    const status = await run('batch', 'status', '4711');
    expect(status.stdout).toContain('state      finished (PROCESSED)\noutcome    partial\n');
    const failures = await run('batch', 'failures', '4711', '--json');
    expect(
      failures.stdout
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { id: string }).id),
    ).toEqual(['r1', 'r3']);
  });

  it('starts what failed again, from the file of the first runs', async () => {
    await writeFile(join(folder, 'runs.json'), JSON.stringify(runsOf(5)));
    expect(await run('batch', 'resubmit', '4711', '--runs', 'runs.json')).toMatchObject({ code: 0 });
    const sent = service.requests.findLast(({ method, path }) => method === 'POST' && path === '/runBatch');
    const { batchRunSettings } = JSON.parse(sent?.body ?? '') as {
      batchRunSettings: { inlineSettings: { runSettingId: string }[] };
    };
    expect(batchRunSettings.inlineSettings.map(({ runSettingId }) => runSettingId)).toEqual(['r1', 'r3']);
  });

  it('deletes only what it was told to, and cancels', async () => {
    expect(await run('batch', 'delete', '4711')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--record') as string,
    });
    await run('batch', 'delete', '4711', '--runs');
    await run('batch', 'delete', '4711', '--record');
    await run('batch', 'cancel', '4711');
    const changes = service.requests
      .filter(({ method }) => method !== 'GET')
      .map(({ method, path }) => `${method} ${path}`);
    expect(changes).toEqual(['POST /runBatch/delete', 'DELETE /runBatch/4711', 'POST /runBatch/cancel']);
  });

  it('names the file that is wrong', async () => {
    const missing = await run('batch', 'start', '--runs', 'none.json', '--defaults', 'defaults.json');
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('none.json cannot be read as JSON')]);
  });
});

describe('the two kinds of environments', () => {
  it('openSessions says that HealthOmics has batches, and openBatches that others have none', async () => {
    const sessions = await refusalOf(openSessions({ cwd: folder, environment: 'genomes' }));
    expect(sessions).toMatchObject({ kind: 'unsupported', provider: 'healthomics' });
    expect(sessions.message).toContain(
      "provider 'healthomics' has no sessions; open its environment with openBatches()",
    );
    const batches = await refusalOf(openBatches({ cwd: folder, environment: 'laptop' }));
    expect(batches.message).toContain("provider 'local' has no run batches; open its environment with openSessions()");
    expect(service.requests).toEqual([]);
  });
});
