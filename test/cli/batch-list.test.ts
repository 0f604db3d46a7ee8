import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import { startEmulator } from '../../src/emulator/start-emulator.ts';
import { VirtualClock } from '../../src/testing/index.ts';
import { DEFAULTS, runsOf } from '../batch/scene.ts';
import { cli, type CliEnvironment } from './cli-run.ts';

async function scene({ onTestFinished }: TestContext) {
  const clock = new VirtualClock();
  const service = await startEmulator({
    services: ['healthomics'],
    clock,
    healthomics: {
      submissionsPerSecond: 10,
      runMs: 30_000,
      // The service's time stands still while commands run, so its rates would never recover.
      rates: Object.fromEntries(['StartRunBatch', 'GetBatch', 'ListBatch'].map((name) => [name, { perSecond: 1_000 }])),
    },
  });
  const folder = await mkdtemp(join(tmpdir(), 'anysession-batch-'));
  onTestFinished(async () => {
    await service.close();
    await rm(folder, { recursive: true });
  });
  const keys = 'credentials: { accessKeyId: a, secretAccessKey: b }, writesPerSecond: 100';
  const omics = `genomes: { provider: healthomics, region: us-east-1, endpoint: "${service.urls.healthomics}", ${keys} }`;
  await writeFile(join(folder, 'anysession.config.yaml'), `environments: { ${omics} }\ndefaultEnvironment: genomes\n`);
  await writeFile(join(folder, 'defaults.json'), JSON.stringify(DEFAULTS));
  await writeFile(join(folder, 'runs.json'), JSON.stringify(runsOf(3)));
  const run = (words: readonly string[], more: CliEnvironment = {}) =>
    cli(['batch', ...words], { cwd: folder, ...more });
  const start = async (...words: readonly string[]): Promise<string> => {
    const files = ['--runs', 'runs.json', '--defaults', 'defaults.json', '--json'];
    const { stdout } = await run(['start', ...files, ...words]);
    return (JSON.parse(stdout) as { handle: { id: string } }).handle.id;
  };
  return { clock, service, run, start };
}

describe('anysession batch list', () => {
  it('lists batches of all states, and those of one', async (context) => {
    const { clock, run, start } = await scene(context);
    const first = await start('--name', 'cohort');
    await clock.advance(3_600_000);
    const second = await start();
    const { stdout } = await run(['list']);
    const [header, ...rows] = stdout.trimEnd().split('\n');
    expect(header).toBe('batch\tstate\tnative\tname\tage');
    expect(rows).toHaveLength(2);
    expect(stdout).toMatch(new RegExp(`^${first}\tfinished\t\\w+\tas-`, 'm'));
    const finished = JSON.parse((await run(['list', '--state', 'finished', '--json'])).stdout) as { handle: object }[];
    expect(finished.map(({ handle }) => handle)).toMatchObject([{ id: first }]);
    expect((await run(['list'], { columns: 200 })).stderr).toMatch(/^2 batches on healthomics/);
    expect(second).not.toBe(first);
  });

  it('says that there is none, and which states there are', async (context) => {
    const { run } = await scene(context);
    expect(await run(['list'], { columns: 80 })).toMatchObject({ code: 0, stdout: '' });
    const { code, stderr } = await run(['list', '--state', 'done']);
    expect(code).toBe(2);
    expect(stderr).toContain("'done' is invalid. Expected creating, running,");
  });
});

describe('a batch by its key', () => {
  it('is found by the bare key, by key: and by its id', async (context) => {
    const { run, start } = await scene(context);
    const id = await start('--key', 'cohort-7');
    for (const word of [id, 'cohort-7', 'key:cohort-7']) {
      expect((await run(['status', word])).stdout).toContain(`batch    `);
      expect((await run(['status', word])).stdout).toContain(id);
    }
    const { code, stderr } = await run(['status', 'cohort-8']);
    expect(code).toBe(4);
    expect(stderr).toContain('has the id or the key "cohort-8"');
  });

  it('failures does not say that no run failed while runs may still fail', async (context) => {
    const { clock, run, start } = await scene(context);
    const id = await start();
    expect((await run(['failures', id], { columns: 80 })).stderr).toMatch(/^no run has failed so far; /);
    await clock.advance(3_600_000);
    expect((await run(['failures', id], { columns: 80 })).stderr).toBe('no run has failed\n');
  });

  it('--dry-run prints the requests of a start, a cancel and a deletion, and sends none', async (context) => {
    const { clock, run, start, service } = await scene(context);
    const files = ['--runs', 'runs.json', '--defaults', 'defaults.json'];
    const requestOf = async (...words: readonly string[]) => {
      const { code, stdout } = await run([...words, '--dry-run']);
      expect(code).toBe(0);
      return (JSON.parse(stdout) as { readonly request: string }[]).map(({ request }) => request);
    };
    expect(await requestOf('start', ...files, '--key', 'k')).toEqual(['StartRunBatch']);
    const id = await start('--key', 'k');
    // The key has a batch: nothing would be started.
    expect(await requestOf('start', ...files, '--key', 'k')).toEqual([]);
    expect(await requestOf('cancel', id)).toEqual(['CancelRunBatch']);
    await clock.advance(3_600_000);
    expect(await requestOf('delete', id, '--runs')).toEqual(['DeleteRunBatch']);
    expect(await requestOf('delete', id, '--record')).toEqual(['DeleteBatch']);
    const sent = service.log().map(({ operation }) => operation);
    expect(sent.filter((operation) => operation?.includes('Start'))).toHaveLength(1);
    expect(sent.join()).not.toMatch(/Cancel|Delete/);
  });
});

describe('Ctrl-C during batch start --wait', () => {
  it.each([
    [[], /keeps running: see `anysession batch status`/, 0],
    [['--on-abort', 'cancel'], /is being canceled/, 1],
  ])('with %j', async (words, message, cancels) => {
    const { clock, run, service } = await scene({ onTestFinished } as TestContext);
    const controller = new AbortController();
    const files = ['--runs', 'runs.json', '--defaults', 'defaults.json'];
    const waiting = run(['start', ...files, '--wait', ...words], { signal: controller.signal });
    const count = (name: string) => service.log().filter(({ operation }) => operation === name).length;
    await expect.poll(() => count('StartRunBatch'), { timeout: 10_000 }).toBe(1);
    await expect.poll(() => count('GetBatch'), { timeout: 10_000 }).toBeGreaterThan(0);
    // A batch that is still being created cannot be canceled.
    await clock.advance(60_000);
    controller.abort();
    const { code, stderr } = await waiting;
    expect(code).not.toBe(0);
    expect(stderr).toMatch(message);
    expect(count('CancelRunBatch')).toBe(cancels);
  });
});
