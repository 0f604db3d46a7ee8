import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, vi } from 'vitest';
import type { VerificationReport } from '../../src/verify/report.ts';
import { CLOUDS, cloud } from '../cli/clouds.ts';
import { cli } from '../cli/cli-run.ts';
import { PROGRAM, run, runOnTerminal } from '../cli/process.ts';
import { unended } from '../emulator/unended.ts';
import { outcomes, stageWithOthers } from './stage-with-others.ts';

// A verification waits most of its time.
vi.setConfig({ maxConcurrency: 12 });

const PRICES = ', prices: { currency: USD, sessionHour: 6 }';

describe.concurrent.each(CLOUDS)('anysession verify on %s', (name) => {
  it('runs every case and probe with two sessions, ends them, and touches nothing of others', async (context) => {
    const { expect } = context;
    const { report, live, others, emulator, cwd, run } = await stageWithOthers(name, context, { more: PRICES });
    const seen = await report('--save', 'observed.json');
    expect(seen.code).toBe(0);
    expect(new Set(Object.values(outcomes(seen.report)))).toEqual(new Set(['passed']));
    expect(seen.report.points.some(({ agrees }) => agrees === false)).toBe(false);
    expect(seen.report.sessions).toEqual({ started: 2, ended: 2, left: [] });
    expect(seen.report.spent).toMatchObject({ currency: 'USD', unknown: [] });
    expect(seen.report.spent.amount).toBeGreaterThan(0);
    expect(Object.keys(seen.report.figures)).toEqual(
      expect.arrayContaining(['readyMs', 'firstRowMs', 'callsToReady', 'rowsPerSecond']),
    );
    expect(seen.stderr).toMatch(
      /verify starts 2 small sessions.*\n.*\nThey cost about 0.60.. USD, and \d+\.\d+ USD at most/,
    );
    expect(live().toSorted()).toEqual(others.toSorted());
    expect(emulator.oracle.sessions()).toHaveLength(4);
    // Neither names nor ids of the account are in the file.
    const saved = readFileSync(join(cwd, 'observed.json'), 'utf8');
    for (const secret of [
      ...emulator.oracle.sessions().map(({ id }) => id),
      'my-project',
      'spark35-',
      '00emulated',
      '123456789012',
      'AKIDTEST',
    ]) {
      expect(saved).not.toContain(secret);
    }
    const cleaned = await run(['verify', '--clean']);
    expect(cleaned).toMatchObject({ code: 0, stdout: 'nothing is left of earlier runs\n' });
    expect(live().toSorted()).toEqual(others.toSorted());
  });
});

describe.concurrent('anysession verify', () => {
  it('prints its report before it fails to write it', async (context) => {
    const { expect } = context;
    const stage = await cloud('athena', context, 1_000);
    const folder = mkdtempSync(join(tmpdir(), 'anysession-verify-'));
    const running = stage.run(['verify', '--yes', '--json', '--only', 'starts', '--save', join(folder, 'o.json')]);
    // The file is made before the first session is started.
    await expect.poll(() => stage.emulator.oracle.sessions().length, { timeout: 20_000 }).toBeGreaterThan(0);
    rmSync(folder, { recursive: true });
    const { code, stdout, stderr } = await running;
    expect(code).toBe(2);
    expect((JSON.parse(stdout) as VerificationReport).sessions).toMatchObject({ started: 2, left: [] });
    expect(stderr).toContain(`${join(folder, 'o.json')} cannot be written: there is no such folder`);
  });

  it('says how to end what it could not end', async (context) => {
    const { expect } = context;
    const stage = await cloud('athena', context, 0);
    const refusal = { kind: 'error', code: 'AccessDeniedException', httpStatus: 403, message: 'no' } as const;
    stage.emulator.faults.add({ ...refusal, operation: 'TerminateSession', times: 500 });
    const { code, stdout, stderr } = await stage.run(['verify', '--yes', '--json', '--only', 'starts']);
    expect((JSON.parse(stdout) as VerificationReport).sessions.left.length).toBeGreaterThan(0);
    expect(code).toBe(11);
    expect(stderr).toContain('Run anysession verify --clean.');
  });

  it('works with a quota of one session', async (context) => {
    const stage = await cloud('athena', context, 50, { athena: { spark35DpuQuota: 2 } });
    const { code, stdout } = await stage.run(['verify', '--yes', '--json', '--only', 'starts']);
    context.expect(code).toBe(0);
    context.expect((JSON.parse(stdout) as VerificationReport).sessions.started).toBe(2);
  });

  it('reports a quota that others use up', async (context) => {
    const stage = await cloud('athena', context, 50, { athena: { spark35DpuQuota: 1 } });
    const { code, stdout } = await stage.run(['verify', '--yes', '--json', '--only', 'starts']);
    const report = JSON.parse(stdout) as VerificationReport;
    context.expect(code).toBe(11);
    context.expect(outcomes(report)['C-010 starts a session becomes ready']).toBe('failed');
    context.expect(outcomes(report)['C-030 starts terminating twice succeeds']).toBe('not-run');
    const clash = report.points.find(({ option }) => option === 'athena.tokenClashCode');
    context
      .expect(clash?.finding)
      .toMatchObject({ outcome: 'unknown', why: context.expect.stringContaining('DPU') as string });
    context.expect(report.sessions).toMatchObject({ started: 0, left: [] });
  });

  it('starts nothing without consent, with a limit and no prices, or with nothing to verify', async (context) => {
    const { expect } = context;
    const stage = await cloud('athena', context, 50);
    const refused = [
      [
        ['verify', '--long'],
        /^verify starts 5 small[^]*With --long one session is left idle[^]*until its endpoint token expires, 75 min at most. This takes up to 206 min/,
      ],
      [['verify'], /^verify starts 2 small sessions of athena[^]*\[invalid-request\] verify was not confirmed/],
      [
        ['verify', '--yes', '--max-spend', '1'],
        /^\[invalid-request\] a limit on spending cannot be enforced: no price is known/,
      ],
      [['verify', '--yes', '--only', 'batches'], /\[invalid-request\] there is nothing to verify: athena/],
      [['verify', '--yes', '--only', 'everything'], /Expected starts, lists, sql or batches/],
    ] as const;
    for (const [args, text] of refused) {
      const { code, stdout, stderr } = await stage.run(args);
      expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(text) as string]);
    }
    expect(stage.calls()).toEqual([]);
  });

  it('asks on a terminal', async (context) => {
    const { expect, onTestFinished } = context;
    const stage = await cloud('athena', context, 50);
    const answered = async (answer: string) => {
      const asked = runOnTerminal(80, [...PROGRAM, 'verify', '--only', 'lists'], { cwd: stage.cwd, onTestFinished });
      await expect.poll(() => asked.output.stdout, { timeout: 30_000 }).toContain('Start? [y/N]');
      asked.child.stdin?.write(answer);
      return asked.ended;
    };
    const [no, yes] = await Promise.all([answered('n\n'), answered('y\n')]);
    expect([no.code, no.stdout]).toEqual([2, expect.stringContaining('was not confirmed') as string]);
    expect([yes.code, yes.stdout]).toEqual([0, expect.stringContaining('0 failed') as string]);
  });

  it('stops at its limit on spending, and says so', async (context) => {
    const { expect } = context;
    const stage = await cloud('athena', context, 50, { more: ', prices: { currency: USD, sessionHour: 999999 }' });
    const { code, stdout, stderr } = await stage.run(['verify', '--yes', '--max-spend', '0.01']);
    expect(code).toBe(6);
    expect(stdout).toMatch(/Stopped early: .*USD are spent, and --max-spend is 0.0100 USD/);
    expect(stderr).toMatch(/\[quota-exceeded\]/);
    expect(unended(stage.emulator)).toEqual([]);
  });

  it('prints a report and ends everything after Ctrl-C', async (context) => {
    const { expect, onTestFinished } = context;
    const stage = await cloud('emr-serverless', context, 600_000);
    const running = run([...PROGRAM, 'verify', '--yes', '--json'], { cwd: stage.cwd, onTestFinished });
    await expect.poll(() => stage.emulator.oracle.live().length, { timeout: 30_000 }).toBe(1);
    running.child.kill('SIGINT');
    const { code, stdout } = await running.ended;
    expect(code).toBe(130);
    const report = JSON.parse(stdout) as VerificationReport;
    expect(report).toMatchObject({ stopped: 'it was interrupted', sessions: { started: 1, left: [] } });
    expect(outcomes(report)['C-010 starts a session becomes ready']).toBe('not-run');
    expect(unended(stage.emulator)).toEqual([]);
  });

  it('watches what takes long until Ctrl-C', async (context) => {
    const { expect, onTestFinished } = context;
    const stage = await cloud('glue', context, 50);
    const args = ['verify', '--yes', '--json', '--long', '--only', 'lists'];
    const running = run([...PROGRAM, ...args], { cwd: stage.cwd, onTestFinished });
    await expect.poll(() => stage.emulator.oracle.sessions().length, { timeout: 60_000 }).toBe(2);
    running.child.kill('SIGINT');
    const { code, stdout } = await running.ended;
    const report = JSON.parse(stdout) as VerificationReport;
    const { finding } = report.points.find(({ option }) => option === 'glue.retentionMs') ?? {};
    expect([code, report.sessions.left, finding?.outcome]).toEqual([130, [], 'unknown']);
    expect(unended(stage.emulator)).toEqual([]);
  });

  it('measures several sessions and prints a row of a Markdown table', async (context) => {
    const { expect } = context;
    const stage = await cloud('dataproc', context, 50);
    const { code, stdout } = await stage.run(['verify', '--yes', '--only', 'sql', '--repeat', '3', '--markdown']);
    expect(code).toBe(0);
    const [heading, , row] = stdout.split('\n');
    expect(heading).toBe(
      '| provider | region | release | start to ready | ready to first row | notice delay | calls per ready session | rows per second | sessions | date |',
    );
    expect(row).toMatch(/^\| dataproc \| us-central1 \| 3\.0 \| .*s \(.*–.*\) \|.*\| 3 \| \d{4}-\d\d-\d\d \|$/);
    expect(stage.emulator.oracle.sessions()).toHaveLength(3);
  });

  it('verifies the embedded engine, which has no undocumented points', async ({ expect }) => {
    const { code, stdout } = await cli(['verify', '--provider', 'local', '--yes', '--json'], {});
    const report = JSON.parse(stdout) as VerificationReport;
    expect([code, report.points]).toEqual([0, []]);
    expect(outcomes(report)['C-056 sql nulls and decimals arrive unchanged']).toBe('passed');
  });

  it('lists every case and point without an account', async ({ expect }) => {
    const { code, stdout } = await cli(['verify', '--list', '--json'], {});
    const rows = JSON.parse(stdout) as readonly { readonly kind: string; readonly id: string; readonly note: string }[];
    expect(code).toBe(0);
    expect(new Set(rows.map(({ kind }) => kind))).toEqual(new Set(['case', 'probe', 'long', 'not-probed']));
    const athena = await cli(['verify', '--list', '--provider', 'athena', '--only', 'lists']);
    expect(athena.stdout).toMatch(/^kind\tid\tarea\twhat\tnote\ncase\tC-023\tlists\t/);
    expect(athena.stdout).not.toMatch(/emrServerless|\tstarts\t/);
  });
});
