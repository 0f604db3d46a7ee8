import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import { Holders } from '../../src/ownership/holders.ts';
import { stateFolder } from '../../src/ownership/state-folder.ts';
import { silentLogger, systemClock, systemRandom } from '../../src/session/system-ports.ts';
import { configFolder } from '../config/config-folder.ts';
import { openSessions } from '../../src/open-sessions.ts';
import { cli } from './cli-run.ts';
import { CLOUDS, cloud, type Cloud } from './clouds.ts';
import { PROGRAM, run } from './process.ts';
import { unended } from '../emulator/unended.ts';

beforeEach(() => rmSync(stateFolder(), { recursive: true, force: true }));

/** A session that a process of this host has started, and no longer holds. */
async function orphan(name: Cloud, context: Pick<TestContext, 'onTestFinished'>, key?: string) {
  const stage = await cloud(name, context);
  const id = await stage.start(...(key === undefined ? [] : ['--key', key]));
  const list = JSON.parse((await stage.run(['list', '--json'])).stdout) as readonly {
    readonly handle: { readonly id: string; readonly scope: string };
    readonly details: { readonly ownership: { readonly token: string } };
  }[];
  const found = list.find(({ handle }) => handle.id === id);
  if (found === undefined) throw new Error(`${id} is not listed`);
  const parts = { clock: systemClock, random: systemRandom, logger: silentLogger };
  const holders = new Holders({ ...parts, folder: join(stateFolder(), 'holders') });
  const { token } = found.details.ownership;
  const place = { provider: name, scope: found.handle.scope, environment: 'dev', owner: 'me', options: {} };
  // What `start` itself has recorded is gone: the session was kept, and its time is over.
  for (const claim of holders.claims()) {
    if (claim.record?.token === token) (await holders.claimToSweep(claim))?.release();
  }
  const claimed = await holders.claim({ ...place, token, key });
  if (claimed.kind !== 'held') throw new Error(`the session is ${claimed.kind}`);
  claimed.hold.started(id);
  holders.close();
  // A holder is dead when its process is, too.
  const { pid } = spawnSync(process.execPath, ['--version']);
  for (const { file } of holders.claims()) {
    writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), pid }));
  }
  const live = (): readonly string[] => unended(stage.emulator);
  return { ...stage, id, pid, live };
}

describe.each(CLOUDS)('anysession sweep on %s', (name) => {
  it('ends what a dead process has left, and says so in a table and as JSON', async () => {
    const { run, id, pid, live } = await orphan(name, { onTestFinished });
    const dry = await run(['sweep', '--dry-run']);
    expect(dry).toMatchObject({ code: 0, stderr: '' });
    expect(dry.stdout).toMatch(new RegExp(`${id}\\s+would-terminate\\s+its holder, process ${pid} on this host`));
    expect(live()).toEqual([id]);
    const real = await run(['sweep', '--json']);
    expect(real).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(real.stdout)).toMatchObject([
      {
        environment: 'dev',
        provider: name,
        dryRun: false,
        decisions: [{ outcome: 'terminated', code: 'dead-holder', handle: { id }, owner: 'me' }],
      },
    ]);
    expect(live()).toEqual([]);
  });

  it('also ends sessions with a key, which opening spares', async () => {
    const { run, id, live, cwd } = await orphan(name, { onTestFinished }, 'nightly');
    const sessions = await openSessions({ cwd });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await sessions.close();
    expect(live()).toEqual([id]);
    expect((await run(['sweep'])).stdout).toMatch(/terminated\s.*\snightly/);
    expect(live()).toEqual([]);
  });

  it('is not needed for those without a key: opening sweeps them in the background', async () => {
    const { live, cwd } = await orphan(name, { onTestFinished });
    const spared = await openSessions({ cwd, sweepOnOpen: false });
    const sessions = await openSessions({ cwd });
    await expect.poll(live, { timeout: 20_000 }).toEqual([]);
    await sessions.close();
    await spared.close();
  });

  it('fails with the kind of the error when a session cannot be ended', async () => {
    const { run, emulator } = await orphan(name, { onTestFinished });
    const operation = name === 'glue' ? 'StopSession' : 'TerminateSession';
    const code = name === 'dataproc' ? 'PERMISSION_DENIED' : 'AccessDeniedException';
    emulator.faults.add({ kind: 'error', code, httpStatus: 403, operation, times: 9 });
    const failed = await run(['sweep']);
    expect(failed.code).toBe(3);
    expect(failed.stdout).toMatch(/\sfailed\s/);
    expect(failed.stderr).toMatch(/^\[forbidden\]/m);
  });
});

describe('anysession sweep', () => {
  it('sweeps all environments, and one that fails does not stop the others', async () => {
    const { id, cwd, live, options } = await orphan('athena', { onTestFinished });
    const folder = configFolder({
      'anysession.config.yaml': `owner: me
environments:
  good: { ${options} }
  unset: { provider: athena, workgroup: spark35, region: '\${NOWHERE}' }
  embedded: { provider: local }
  batches: { provider: healthomics, region: us-east-1 }
`,
    });
    expect(cwd).not.toBe(folder);
    const { code, stdout, stderr } = await cli(['sweep', '--all-environments', '--json'], { cwd: folder });
    expect(code).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({ error: { kind: 'config-invalid' } });
    const reports = JSON.parse(stdout) as readonly { environment: string; decisions: readonly { handle: unknown }[] }[];
    expect(reports.map(({ environment }) => environment)).toEqual(['good', 'embedded']);
    expect(reports[0]?.decisions).toMatchObject([{ outcome: 'terminated', handle: { id } }]);
    expect(live()).toEqual([]);
  });

  it('refuses --all-environments beside --env', async () => {
    const { code, stderr } = await cli(['sweep', '--all-environments', '--env', 'dev']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--all-environments and --env cannot both be given')]);
  });

  it('--watch sweeps again and again, prints each new decision once, and ends with SIGTERM', async () => {
    const { id, cwd, live } = await orphan('athena', { onTestFinished });
    const process = run([...PROGRAM, 'sweep', '--watch', '200ms', '--json'], { cwd });
    await expect.poll(live, { timeout: 20_000 }).toEqual([]);
    await expect.poll(() => process.output.stdout, { timeout: 60_000 }).toMatch(/\n/);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    process.child.kill('SIGTERM');
    const { code, stdout, stderr } = await process.ended;
    expect({ code, stderr: stderr.replace(/.*(?:NodeVersionSupportWarning|AWS SDK)[^]*$/, '') }).toMatchObject({
      code: 143,
    });
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(lines[0]).toMatchObject({ environment: 'dev', outcome: 'terminated', code: 'dead-holder', handle: { id } });
    expect(lines.length).toBeLessThanOrEqual(2);
  });
});
