import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { startEmulator } from '../../src/emulator/index.ts';
import { CLOUDS, EMULATED, type CloudName } from './clouds.ts';
import { configOf } from './killed-process.ts';
import type { Place } from './servant.ts';
import { hold, it, liveIds, recordsIn, release, sweep } from './stage.ts';

const ROUNDS = 5;

/** Changes what the records say: what another boot, host or container would have written. */
function rewriteRecords(place: Place, change: object): void {
  const records = recordsIn(place);
  expect(records).not.toEqual([]);
  for (const { path, record } of records) writeFileSync(path, JSON.stringify({ ...record, ...change }));
}

describe('two processes that start with one key', () => {
  it.for(Object.keys(CLOUDS) as CloudName[])(
    'start one session, and one of them holds it: %s',
    async (cloud, { stage }) => {
      await using emulator = await startEmulator({ ...EMULATED, services: [CLOUDS[cloud].service] });
      const place = { ...stage.place, config: configOf({ cloud }, emulator) };
      const [a, b] = [stage.servant(), stage.servant()];
      for (let round = 0; round < ROUNDS; round++) {
        const key = `key-${round}`;
        const [first, second] = await Promise.all([hold(a, place, key), hold(b, place, key)]);
        expect(second.id).toBe(first.id);
        expect([first.adopted, second.adopted].toSorted()).toEqual([false, true]);
        const [holder, adopter] = first.adopted === true ? [b, a] : [a, b];
        await release(adopter, place);
        expect(liveIds(emulator)).toEqual([first.id]);
        await release(holder, place);
        expect(liveIds(emulator)).toEqual([]);
      }
      expect([...emulator.oracle.startsPerToken().values()]).toEqual(Array.from({ length: ROUNDS }, () => 1));
    },
  );

  it('leave it to the other one when the holder is killed; a sweep does not end it, and closing does', async ({
    stage,
  }) => {
    const { emulator, place, servant } = stage;
    const [holder, adopter, sweeper] = [servant(), servant(), servant()];
    const { id } = await hold(holder, place, 'nightly');
    expect(await hold(adopter, place, 'nightly')).toMatchObject({ id, adopted: true });
    await holder[Symbol.asyncDispose]();
    await sweep(sweeper, place);
    expect(liveIds(emulator)).toEqual([id]);
    await release(adopter, place);
    expect(liveIds(emulator)).toEqual([]);
  });
});

describe('two sweepers', () => {
  it('end each orphan, and nothing that a living process holds', async ({ stage }) => {
    const { emulator, place, servant } = stage;
    const [dead, living, one, other] = [servant(), servant(), servant(), servant()];
    const orphans = await Promise.all([hold(dead, place), hold(dead, place), hold(dead, place, 'nightly')]);
    const { id } = await hold(living, place);
    await dead[Symbol.asyncDispose]();
    expect(liveIds(emulator)).toHaveLength(orphans.length + 1);
    const swept = await Promise.all([sweep(one, place), sweep(other, place)]);
    expect(swept.map(({ failed }) => failed)).toEqual([undefined, undefined]);
    expect(liveIds(emulator)).toEqual([id]);
    const ends = emulator
      .log()
      .filter(({ operation }) => operation === 'TerminateSession')
      .map(({ sessionId }) => sessionId);
    expect(ends.toSorted()).toEqual(orphans.map((orphan) => orphan.id).toSorted());
    await release(living, place);
    expect(liveIds(emulator)).toEqual([]);
  });

  it('and a process that starts with the key of a dead one agree: the session is ended, or it is inherited', async ({
    stage,
  }) => {
    const { emulator, place, servant } = stage;
    const [one, other, heir] = [servant(), servant(), servant()];
    for (let round = 0; round < ROUNDS; round++) {
      const key = `key-${round}`;
      const dead = servant();
      const { id } = await hold(dead, place, key);
      await dead[Symbol.asyncDispose]();
      const [, , inherited] = await Promise.all([sweep(one, place), sweep(other, place), hold(heir, place, key)]);
      // The sweepers came first: the key's session has ended.
      if (inherited.failed !== undefined) expect(inherited.failed).toBe('conflict');
      else expect(inherited).toEqual({ id, adopted: false });
      expect(liveIds(emulator)).toEqual(inherited.failed === undefined ? [id] : []);
      await release(heir, place);
      expect(liveIds(emulator)).toEqual([]);
    }
  });
});

describe('a sweep spares', () => {
  it('the session of a holder that is stopped, and that wakes afterwards', async ({ stage }) => {
    const { emulator, place, servant } = stage;
    const [holder, sweeper] = [servant(), servant()];
    const { id } = await hold(holder, place);
    holder.kill('SIGSTOP');
    await sweep(sweeper, place);
    expect(liveIds(emulator)).toEqual([id]);
    holder.kill('SIGCONT');
    await release(holder, place);
    expect(liveIds(emulator)).toEqual([]);
  });

  it.for([
    ['before the host was started again', { bootId: '00000000-0000-4000-8000-000000000000' }],
    ['on another host that shares the folder', { host: 'another-host' }],
    ['in a container that shares the folder', { pidNamespace: 'pid:[1]' }],
  ] as const)('the session that was started %s', async ([, change], { stage }) => {
    const { emulator, place, servant } = stage;
    const [holder, sweeper] = [servant(), servant()];
    const { id } = await hold(holder, place);
    await holder[Symbol.asyncDispose]();
    rewriteRecords(place, change);
    await sweep(sweeper, place);
    expect(liveIds(emulator)).toEqual([id]);
  });

  it('the session of a living process in another PID namespace, whose records another sweep there may end', async ({
    stage,
  }) => {
    const { emulator, place, servant } = stage;
    const [inside, sweeper] = [servant(namespaceCommand()), servant()];
    const { id } = await hold(inside, place, 'nightly');
    await sweep(sweeper, place);
    expect(liveIds(emulator)).toEqual([id]);
    expect(await hold(sweeper, place, 'nightly')).toEqual({ id, adopted: true });
    await release(sweeper, place);
    expect(liveIds(emulator)).toEqual([id]);
    await release(inside, place);
    expect(liveIds(emulator)).toEqual([]);
  });
});

/** A PID namespace of its own, where this machine allows that; else the same namespace, where the session is spared as a living one's. */
function namespaceCommand(): readonly string[] {
  const command = ['unshare', '--user', '--map-root-user', '--pid', '--fork', '--mount-proc'];
  const [program = '', ...words] = command;
  try {
    execFileSync(program, [...words, 'true'], { stdio: 'ignore' });
    return command;
  } catch {
    return [];
  }
}
