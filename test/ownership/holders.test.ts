import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { HostIdentity } from '../../src/ownership/host-identity.ts';
import { hostIdentity } from '../../src/ownership/host-identity.ts';
import { Holders, type ClaimOutcome } from '../../src/ownership/holders.ts';
import { systemClock, systemRandom } from '../../src/session/system-ports.ts';
import { RecordingLogger } from '../../src/testing/recording.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { claimedSession } from './fixtures/claimed-session.ts';

const PROGRAM = fileURLToPath(new URL('./fixtures/claim.ts', import.meta.url));

function setUp(folder = join(temporaryFolder(), 'holders'), identity?: HostIdentity) {
  const logger = new RecordingLogger();
  const holders = new Holders({
    folder,
    clock: systemClock,
    random: systemRandom,
    logger,
    ...(identity !== undefined && { identity }),
  });
  onTestFinished(() => holders.close());
  return { folder, holders, logger };
}

/** A process that claims the session. */
async function claimingProcess(folder: string, ...more: readonly string[]) {
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), PROGRAM, folder, ...more], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async (): Promise<string | undefined> => ((await lines.next()) as { readonly value?: string }).value;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  return {
    outcome: await next(),
    next,
    child,
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function held(outcome: ClaimOutcome) {
  if (outcome.kind !== 'held') throw new Error(`expected to hold the session, but ${outcome.kind}`);
  return outcome;
}

describe('Holders', () => {
  it('claims a session that nobody holds, in private files', async () => {
    const { folder, holders } = setUp();
    const { hold, before } = held(await holders.claim(claimedSession()));
    expect(before).toBeUndefined();
    hold.started('s-1');
    const [claim] = holders.claims();
    expect(claim?.record).toMatchObject({ ...claimedSession(), sessionId: 's-1', role: 'holder', pid: process.pid });
    expect(claim?.generation).toBe(1);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(claim?.file ?? '').mode & 0o777).toBe(0o600);
    hold.release();
    expect(holders.claims()).toEqual([]);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('adopts from a holder in the same process, and from other Holders of the process', async () => {
    const { folder, holders } = setUp();
    held(await holders.claim(claimedSession()));
    expect(await holders.claim(claimedSession())).toMatchObject({ kind: 'adopted', liveness: 'living' });
    expect(await setUp(folder).holders.claim(claimedSession())).toMatchObject({ kind: 'adopted', liveness: 'living' });
  });

  it.each([
    ['another scope', { scope: 'us-east-1/other' }],
    ['another provider', { provider: 'emr-serverless' }],
    ['another token', { token: `as-${'f'.repeat(28)}-1` }],
  ])('a session of %s is another session', async (_what, changes) => {
    const { holders } = setUp();
    held(await holders.claim(claimedSession()));
    expect((await holders.claim(claimedSession(changes))).kind).toBe('held');
    expect(holders.claims()).toHaveLength(2);
  });

  it('adopts from another process while it lives, stopped or not, and inherits when it was killed', async () => {
    const { folder, holders } = setUp();
    const { outcome, child, kill } = await claimingProcess(folder);
    expect(outcome).toBe('held');
    expect(await holders.claim(claimedSession())).toMatchObject({ kind: 'adopted', liveness: 'living' });
    child.kill('SIGSTOP');
    expect(await holders.claim(claimedSession())).toMatchObject({ kind: 'adopted', liveness: 'living' });
    await kill();
    const { before } = held(await holders.claim(claimedSession()));
    expect(before).toMatchObject({ pid: child.pid });
    expect(holders.claims()).toMatchObject([{ generation: 2, record: { pid: process.pid } }]);
  });

  it('of many that claim at once exactly one holds the session', async () => {
    const { folder } = setUp();
    const { kill } = await claimingProcess(folder);
    await kill();
    for (let round = 0; round < 30; round++) {
      const all = Array.from({ length: 8 }, () => setUp(folder).holders);
      const outcomes = await Promise.all(all.map((each) => each.claim(claimedSession())));
      const winners = outcomes.filter(({ kind }) => kind === 'held');
      expect(outcomes.map(({ kind }) => kind).sort()).toEqual([...Array<string>(7).fill('adopted'), 'held']);
      if (winners[0] !== undefined) held(winners[0]).hold.release();
      for (const each of all) each.close();
    }
  });

  it('of processes that claim at once exactly one holds the session', async () => {
    const { folder } = setUp();
    const first = await claimingProcess(folder);
    await first.kill();
    const all = await Promise.all(Array.from({ length: 6 }, () => claimingProcess(folder)));
    expect(all.map(({ outcome }) => outcome).sort()).toEqual([...Array<string>(5).fill('adopted'), 'held']);
  });

  it('an adopter inherits when the holder is killed', async () => {
    const { folder, holders } = setUp();
    const { kill } = await claimingProcess(folder);
    const adopted = await holders.claim(claimedSession());
    if (adopted.kind !== 'adopted' || adopted.record === undefined) throw new Error('not adopted');
    const { record } = adopted;
    const inherited = new Promise((resolve) => {
      void holders.inherit(record, (hold) => {
        resolve(hold.record.pid);
      });
    });
    await kill();
    expect(await inherited).toBe(process.pid);
    expect(holders.claims()).toMatchObject([{ generation: 2, record: { key: 'nightly', role: 'holder' } }]);
  });

  it('of several adopters one inherits, and the next one from it', async () => {
    const { folder, holders } = setUp();
    const first = await claimingProcess(folder);
    const others = await Promise.all(Array.from({ length: 3 }, () => claimingProcess(folder, 'inherit')));
    expect(others.map(({ outcome }) => outcome)).toEqual(['adopted', 'adopted', 'adopted']);
    await first.kill();
    const heir = await Promise.race(
      others.map(async (other) => ((await other.next()) === 'inherited' ? other : other)),
    );
    expect(holders.claims()).toMatchObject([{ generation: 2, record: { pid: heir.child.pid } }]);
    await heir.kill();
    await expect.poll(() => holders.claims()[0]?.record?.pid, { timeout: 10_000 }).not.toBe(heir.child.pid);
    expect(holders.claims()).toMatchObject([{ generation: 3 }]);
  });

  it.each([
    ['has ended the session', 'release'],
    ['keeps the session', 'keep'],
  ] as const)('an adopter does not inherit when the holder %s', async (_what, how) => {
    const { folder, holders } = setUp();
    const other = setUp(folder);
    const { hold } = held(await other.holders.claim(claimedSession()));
    const inherited: unknown[] = [];
    await holders.inherit(hold.record, (mine) => inherited.push(mine));
    if (how === 'release') hold.release();
    else hold.keep(Date.now() + 60_000);
    other.holders.close();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(inherited).toEqual([]);
    expect(holders.claims().map(({ record }) => record?.keptUntilMs !== undefined)).toEqual(
      how === 'keep' ? [true] : [],
    );
  });

  it('a sweeper claims a session of a dead holder only, and a start waits until it is done', async () => {
    const { folder, holders } = setUp();
    const { kill } = await claimingProcess(folder);
    const [claim] = holders.claims();
    if (claim === undefined) throw new Error('no claim');
    expect(await holders.claimToSweep(claim)).toBeUndefined();
    await kill();
    const sweeps = await Promise.all([holders.claimToSweep(claim), setUp(folder).holders.claimToSweep(claim)]);
    const [sweep, ...more] = sweeps.filter((hold) => hold !== undefined);
    expect(more).toEqual([]);
    expect(sweep?.record).toMatchObject({ role: 'sweeper', key: 'nightly' });
    const starting = setUp(folder).holders.claim(claimedSession());
    const first = await Promise.race([starting, new Promise((resolve) => setTimeout(resolve, 600, 'waits'))]);
    expect(first).toBe('waits');
    sweep?.release();
    expect((await starting).kind).toBe('held');
  });

  it.each([
    ['of an earlier boot', { bootId: 'another' }],
    ['in another container', { pidNamespace: 'pid:[1]' }],
    ['on another host that shares the folder', { host: 'another' }],
  ])('the holder %s is in doubt', async (_what, changes) => {
    const { folder, holders } = setUp(undefined, { ...hostIdentity(), ...changes });
    held(await holders.claim(claimedSession()));
    holders.close();
    const { holders: here } = setUp(folder);
    expect(await here.claim(claimedSession())).toMatchObject({ kind: 'adopted', liveness: 'doubtful' });
    const [claim] = here.claims();
    expect(claim && (await here.claimToSweep(claim))).toBeUndefined();
  });

  it.each([
    ['is empty', ''],
    ['is no JSON', '{'],
    ['is null', 'null'],
    ['is of a later version', '{"v":2}'],
    ['is longer than any record', `"${'x'.repeat(70_000)}"`],
  ])('a record that %s is in doubt, and is left', async (_what, text) => {
    const { folder, holders } = setUp();
    const { hold } = held(await holders.claim(claimedSession()));
    const [claim] = holders.claims();
    hold.release();
    writeFileSync(claim?.file ?? '', text, { mode: 0o600 });
    expect(await setUp(folder).holders.claim(claimedSession())).toEqual({
      kind: 'adopted',
      liveness: 'doubtful',
      record: undefined,
    });
    expect(holders.claims()).toEqual([{ file: claim?.file, generation: 1, record: undefined }]);
  });

  it('a link, a folder and a copy under another name are in doubt', async () => {
    const { holders } = setUp();
    const { hold } = held(await holders.claim(claimedSession()));
    const file = holders.claims()[0]?.file ?? '';
    const names = ['0', '1', '2'].map((digit) => file.replace('as-0', `as-${digit}`).replace('0123', `${digit}999`));
    symlinkSync(file, names[0] ?? '');
    mkdirSync(names[1] ?? '');
    writeFileSync(names[2] ?? '', JSON.stringify(hold.record), { mode: 0o600 });
    const doubtful = holders.claims().filter(({ record }) => record === undefined);
    expect(doubtful.map((claim) => claim.file).sort()).toEqual(names.sort());
  });

  it('without a folder a start goes on, and says once what is lost', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    const { holders, logger } = setUp(join(file, 'holders'));
    expect([await holders.claim(claimedSession()), await holders.claim(claimedSession())]).toEqual([
      { kind: 'unknown' },
      { kind: 'unknown' },
    ]);
    expect(logger.messages('warn')).toHaveLength(1);
  });

  it('a folder whose path is too long for a socket has its sockets elsewhere', async () => {
    const { folder, holders } = setUp(join(temporaryFolder(), 'x'.repeat(120), 'holders'));
    const { hold } = held(await holders.claim(claimedSession()));
    expect(hold.record.socket.startsWith(folder)).toBe(false);
    expect(Buffer.byteLength(hold.record.socket)).toBeLessThanOrEqual(103);
    expect(await setUp(folder).holders.claim(claimedSession())).toMatchObject({ kind: 'adopted', liveness: 'living' });
  });

  it('a folder that others can open is closed to them, and one that is a link is refused', async () => {
    const parent = temporaryFolder();
    mkdirSync(join(parent, 'open'), { mode: 0o777 });
    held(await setUp(join(parent, 'open')).holders.claim(claimedSession()));
    expect(statSync(join(parent, 'open')).mode & 0o077).toBe(0);
    symlinkSync(join(parent, 'open'), join(parent, 'link'));
    expect((await setUp(join(parent, 'link')).holders.claim(claimedSession())).kind).toBe('unknown');
  });
});
