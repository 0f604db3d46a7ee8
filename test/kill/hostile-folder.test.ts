import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect } from 'vitest';
import type { Place } from './servant.ts';
import { hold, it, liveIds, recordFolder, recordsIn, release, sweep } from './stage.ts';

/** No file can be written, as on a full disk; pipes and sockets work. */
const NO_SPACE = ['/bin/sh', '-c', 'ulimit -f 0; exec "$0" "$@"'];

describe('a start works, and closing ends the session, where the state folder', () => {
  it.for<readonly [string, (place: Place) => Place, (readonly string[])?]>([
    ['is on a file system that takes no folders', (place) => ({ ...place, stateHome: '/proc' })],
    ['would be inside a file', (place) => ({ ...place, stateHome: '/dev/null' })],
    ['is on a full disk', (place) => place, NO_SPACE],
    [
      'is a file',
      (place) => {
        writeFileSync(join(place.stateHome, 'anysession'), '');
        return place;
      },
    ],
    [
      'has a file where the records belong',
      (place) => {
        mkdirSync(join(place.stateHome, 'anysession'));
        writeFileSync(recordFolder(place), '');
        return place;
      },
    ],
    [
      'has a link where the records belong',
      (place) => {
        mkdirSync(join(place.stateHome, 'anysession'));
        symlinkSync('/tmp', recordFolder(place));
        return place;
      },
    ],
    [
      'has a path that is too long for a socket',
      (place) => {
        const stateHome = join(place.stateHome, 'x'.repeat(200));
        mkdirSync(stateHome);
        return { ...place, stateHome };
      },
    ],
    [
      'was open to other users',
      (place) => {
        mkdirSync(recordFolder(place), { recursive: true });
        chmodSync(recordFolder(place), 0o777);
        return place;
      },
    ],
  ])('%s', async ([, prepare, command], { stage }) => {
    const { emulator, servant } = stage;
    const place = prepare(stage.place);
    const [holder, sweeper] = [servant(command), servant(command)];
    const held = await hold(holder, place, 'nightly');
    expect(held).toMatchObject({ adopted: false });
    const unnamed = await hold(holder, place);
    expect(await sweep(sweeper, place)).not.toHaveProperty('failed');
    expect(liveIds(emulator)).toEqual([held.id, unnamed.id]);
    expect(await release(holder, place)).toEqual({});
    expect(liveIds(emulator)).toEqual([]);
  });
});

/** What lies in the folder, made from the name of a true record of a dead holder, with another token. */
const INTRUDERS: Readonly<Record<string, (path: string, record: Readonly<Record<string, unknown>>) => void>> = {
  'a folder': (path) => mkdirSync(path),
  'a link to a file': (path) => symlinkSync(valuable(path), path),
  'a link to itself': (path) => symlinkSync(path, path),
  'a link to a file that never ends': (path) => symlinkSync('/dev/zero', path),
  'a pipe that nobody writes to': (path) => void execFileSync('mkfifo', [path]),
  'an empty file': (path) => writeFileSync(path, ''),
  'a gigabyte': (path) => {
    writeFileSync(path, '{');
    truncateSync(path, 2 ** 30);
  },
  'half a record': (path, record) => writeFileSync(path, JSON.stringify(record).slice(0, 100)),
  null: (path) => writeFileSync(path, 'null'),
  'a list': (path) => writeFileSync(path, '[]'),
  'a record of a later version': (path, record) => writeFileSync(path, JSON.stringify({ ...record, v: 99 })),
  'a record with numbers for texts': (path, record) => {
    writeFileSync(path, JSON.stringify(Object.fromEntries(Object.keys(record).map((name) => [name, 1]))));
  },
  'a record of another token': (path, record) => writeFileSync(path, JSON.stringify(record)),
  'a record whose socket is a file': (path, record) =>
    writeFileSync(path, JSON.stringify({ ...record, socket: valuable(path) })),
  'a record whose socket is empty': (path, record) => writeFileSync(path, JSON.stringify({ ...record, socket: '' })),
  'a record whose socket is a port': (path, record) => writeFileSync(path, JSON.stringify({ ...record, socket: '80' })),
  'a record whose socket is far too long': (path, record) => {
    writeFileSync(path, JSON.stringify({ ...record, socket: `/${'x'.repeat(5_000)}` }));
  },
};

/** Another file in the folder, which must stay as it is. */
function valuable(path: string): string {
  const file = join(dirname(path), 'valuable');
  writeFileSync(file, 'valuable');
  return file;
}

describe('a sweep ends the orphan, and nothing else, beside', () => {
  it.for(Object.keys(INTRUDERS))('%s', async (name, { stage }) => {
    const { emulator, place, servant } = stage;
    const [dead, living, sweeper] = [servant(), servant(), servant()];
    await hold(dead, place);
    await dead[Symbol.asyncDispose]();
    const [{ path, record } = { path: '', record: {} }] = recordsIn(place);
    const { id } = await hold(living, place);
    const intruder = path.replace(/as-[0-9a-f]{28}/, `as-${'0'.repeat(28)}`);
    expect(intruder).not.toBe(path);
    INTRUDERS[name]?.(intruder, record);
    expect(await sweep(sweeper, place)).not.toHaveProperty('failed');
    expect(liveIds(emulator)).toEqual([id]);
    // The key whose record cannot be read can still be started.
    expect(await hold(living, place, 'nightly')).toMatchObject({ adopted: false });
    await release(living, place);
    expect(liveIds(emulator)).toEqual([]);
  });

  it('a record that names the session of another owner as its own', async ({ stage }) => {
    const { emulator, place, servant } = stage;
    const [dead, other, sweeper] = [servant(), servant(), servant()];
    const foreign = await hold(other, {
      ...place,
      config: { ...place.config, owner: 'others' },
      stateHome: dirname(place.stateHome),
    });
    await hold(dead, place);
    await dead[Symbol.asyncDispose]();
    for (const { path, record } of recordsIn(place)) {
      writeFileSync(path, JSON.stringify({ ...record, sessionId: foreign.id }));
    }
    await sweep(sweeper, place);
    expect(liveIds(emulator)).toContain(foreign.id);
  });

  it('a hundred records of sessions that have long ended', async ({ stage }) => {
    const { emulator, place, servant } = stage;
    const [dead, living, sweeper] = [servant(), servant(), servant()];
    await hold(dead, place);
    await dead[Symbol.asyncDispose]();
    const [{ path, record } = { path: '', record: {} }] = recordsIn(place);
    const { id } = await hold(living, place);
    const count = 100;
    for (let at = 0; at < count; at++) {
      const token = `as-${String(at).padStart(28, '0')}-0`;
      const old = {
        ...record,
        token,
        sessionId: `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`,
        startedAtMs: 0,
      };
      writeFileSync(path.replace(String(record['token']), token), JSON.stringify(old));
    }
    expect(await sweep(sweeper, place)).not.toHaveProperty('failed');
    expect(liveIds(emulator)).toEqual([id]);
  });
});
