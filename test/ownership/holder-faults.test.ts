import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ClaimFiles } from '../../src/ownership/claim-files.ts';
import { Hold } from '../../src/ownership/hold.ts';
import { hostIdentity } from '../../src/ownership/host-identity.ts';
import { formatRecord, type HolderRecord } from '../../src/ownership/holder-record.ts';
import { Holders } from '../../src/ownership/holders.ts';
import { silentLogger, systemClock, systemRandom } from '../../src/session/system-ports.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { claimedSession } from './fixtures/claimed-session.ts';

/** Holders that find a record which somebody has changed by hand. */
async function withRecord(changes: (folder: string) => Partial<HolderRecord>) {
  const folder = join(temporaryFolder(), 'holders');
  const holders = new Holders({ folder, clock: systemClock, random: systemRandom, logger: silentLogger });
  onTestFinished(() => holders.close());
  const outcome = await holders.claim(claimedSession());
  if (outcome.kind !== 'held') throw new Error('not held');
  const [claim] = holders.claims();
  const gone = { ...outcome.hold.record, ...hostIdentity(), socket: join(folder, 'gone.sock') };
  writeFileSync(claim?.file ?? '', formatRecord({ ...gone, ...changes(folder) }));
  const [changed] = holders.claims();
  if (changed === undefined) throw new Error('no claim');
  return { folder, holders, claim: changed };
}

describe('the holder of a record', () => {
  it.each([
    ['is empty', ''],
    ['is far too long', `/${'x'.repeat(5_000)}`],
    ['has a zero in it', '/tmp/a\0b'],
  ])('whose socket %s is in doubt', async (_what, socket) => {
    const { holders, claim } = await withRecord(() => ({ socket }));
    expect(await holders.liveness(claim)).toBe('doubtful');
    expect(await holders.claimToSweep(claim)).toBeUndefined();
  });

  it('whose socket reads as a port is looked for in the file system', async () => {
    const { holders, claim } = await withRecord(() => ({ socket: '80', pid: process.pid }));
    expect(await holders.liveness(claim)).toBe('dead');
  });

  it('whose socket was removed is in doubt while its process runs, and then dead', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    try {
      const { holders, claim } = await withRecord(() => ({ pid: child.pid ?? 0 }));
      expect(await holders.liveness(claim)).toBe('doubtful');
      child.kill('SIGKILL');
      await once(child, 'exit');
      expect(await holders.liveness(claim)).toBe('dead');
    } finally {
      child.kill('SIGKILL');
    }
  });
});

it('claiming and tidying remove no file that a record names as its socket', async () => {
  const { folder, holders, claim } = await withRecord((folder) => ({ socket: join(folder, 'valuable') }));
  const valuable = join(folder, 'valuable');
  writeFileSync(valuable, 'valuable');
  const hourAgo = new Date(Date.now() - 3_600_000);
  utimesSync(valuable, hourAgo, hourAgo);
  expect((await holders.claimToSweep(claim))?.record.role).toBe('sweeper');
  await holders.tidy();
  expect(existsSync(valuable) && readFileSync(valuable, 'utf8')).toBe('valuable');
  rmSync(valuable);
});

it('tidying removes what killed processes have left, and nothing that is young, in use, listening or of others', async () => {
  const { folder, holders } = await withRecord(() => ({}));
  const listen = async (name: string): Promise<ChildProcess> => {
    const program = `require('node:net').createServer().listen(${JSON.stringify(join(folder, name))}, () => console.log('listening'))`;
    const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    return child;
  };
  const killed = await Promise.all([listen('00000000000000d1.sock'), listen('00000000000000d2.sock')]);
  await listen('00000000000000aa.sock');
  for (const child of killed) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  writeFileSync(join(folder, '0000000000000001.tmp'), '');
  writeFileSync(join(folder, '0000000000000002.tmp'), '');
  writeFileSync(join(folder, 'note.tmp'), '');
  const hourAgo = new Date(Date.now() - 3_600_000);
  for (const name of readdirSync(folder)) if (!/d2|0002/.test(name)) utimesSync(join(folder, name), hourAgo, hourAgo);
  await holders.tidy();
  const left = readdirSync(folder);
  const own = left.filter((name) => /^(?!0{12})[0-9a-f]{16}\.sock$/.test(name));
  expect(own).toHaveLength(1);
  expect(left.filter((name) => !own.includes(name) && !name.endsWith('.json')).sort()).toEqual([
    '0000000000000002.tmp',
    '00000000000000aa.sock',
    '00000000000000d2.sock',
    'note.tmp',
  ]);
  expect(holders.claims()).toHaveLength(1);
});

it.each([
  ['of another boot, after 31 days', { bootId: 'earlier' }, 31, 0],
  ['of another boot, after 29 days', { bootId: 'earlier' }, 29, 1],
  ['that is damaged, after 31 days', { v: 2 }, 31, 0],
  ['of a dead process of this boot, which a sweep reads, after 31 days', {}, 31, 1],
])('tidying and the record %s', async (_what, changes, days, left) => {
  const { holders, claim } = await withRecord(() => changes as Partial<HolderRecord>);
  const touched = new Date(Date.now() - days * 24 * 3_600_000);
  utimesSync(claim.file, touched, touched);
  await holders.tidy();
  expect(holders.claims()).toHaveLength(left);
});

it('a session that its holder has abandoned has no holder for any process, although the holder lives', async () => {
  const { holders, folder } = await withRecord(() => ({ pid: 0, socket: '' }));
  const other = new Holders({ folder, clock: systemClock, random: systemRandom, logger: silentLogger });
  onTestFinished(() => other.close());
  expect((await other.claim(claimedSession())).kind).toBe('held');
  expect(holders.claims()).toMatchObject([{ generation: 2 }]);
});

it('a session is kept without a record where the disk is full, so that no sweep ends it', () => {
  class FullDisk extends ClaimFiles {
    override replace(): void {
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    }
  }
  const folder = temporaryFolder();
  const files = new FullDisk(folder, systemRandom);
  const facts = { ...hostIdentity(), role: 'holder', startedAtMs: 0, socket: join(folder, 'socket'), pid: 1 } as const;
  const claim = files.create({ ...claimedSession(), ...facts }, undefined);
  if (claim?.record === undefined) throw new Error('no claim');
  const errors: unknown[] = [];
  const hold = new Hold(files, claim, (error) => errors.push(error), { nowMs: () => 0, uptimeMs: () => 0 });
  hold.keep(60_000);
  expect(errors).toHaveLength(1);
  expect(files.all()).toEqual([]);
});
