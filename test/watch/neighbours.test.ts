import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { FolderNeighbours } from '../../src/watch/neighbours.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
const QUIET = { reads: 0, writes: 0 };

/** Processes of one host with a common folder. */
function setUp() {
  const folder = temporaryFolder();
  const clock = new VirtualClock({ startMs: NOW_MS });
  let asked = 0;
  const open = (): FolderNeighbours => {
    const neighbours = new FolderNeighbours({ folder: () => (asked++, folder), clock });
    onTestFinished(() => neighbours.leave());
    return neighbours;
  };
  /** What a process has published that needs `reads` calls per second. */
  const publish = (id: string, ageMs: number, reads = 1): string => {
    const name = `${id.repeat(16)}.${NOW_MS - ageMs}.${reads * 100}.50`;
    writeFileSync(join(folder, name), '');
    return name;
  };
  return { folder, clock, open, publish, files: () => readdirSync(folder), asked: () => asked };
}

describe('what a process publishes', () => {
  it.each([
    [{ reads: 1.5, writes: 0.001 }, '150.1'],
    [{ reads: 0, writes: 20 }, '0.2000'],
    [{ reads: 1e9, writes: 9_999_999.99 }, '999999999.999999999'],
  ])('of %j is the name of an empty private file', (needs, text) => {
    const { folder, open, files } = setUp();
    expect(open().exchange(needs)).toEqual([]);
    const [name = ''] = files();
    expect(name).toMatch(new RegExp(`^[0-9a-f]{16}\\.${NOW_MS}\\.${text.replace('.', '\\.')}$`));
    const { size, mode } = statSync(join(folder, name));
    expect([size, mode & 0o777]).toEqual([0, 0o600]);
  });

  it('replaces what it has published before, in the same folder', async () => {
    const { clock, open, files, asked } = setUp();
    const neighbours = open();
    neighbours.exchange(QUIET);
    await clock.advance(1_000);
    neighbours.exchange(QUIET);
    expect(files()).toEqual([expect.stringContaining(`.${NOW_MS + 1_000}.0.0`)]);
    expect(asked()).toBe(1);
  });

  it('is published again where another process has removed it, and goes when it leaves', () => {
    const { folder, open, files } = setUp();
    const neighbours = open();
    neighbours.exchange(QUIET);
    for (const name of files()) rmSync(join(folder, name));
    neighbours.exchange({ reads: 1, writes: 1 });
    expect(files()).toHaveLength(1);
    neighbours.leave();
    expect(files()).toEqual([]);
    neighbours.leave();
    neighbours.exchange(QUIET);
    expect(files()).toHaveLength(1);
  });

  it('is published again after its folder was removed, which is made again', () => {
    const folder = join(temporaryFolder(), 'budgets');
    const makeFolder = (): string => (mkdirSync(folder, { recursive: true }), folder);
    const clock = new VirtualClock({ startMs: NOW_MS });
    const [one, other] = [1, 2].map(() => new FolderNeighbours({ folder: makeFolder, clock })) as [
      FolderNeighbours,
      FolderNeighbours,
    ];
    onTestFinished(() => {
      one.leave();
      other.leave();
    });
    one.exchange(QUIET);
    rmSync(folder, { recursive: true });
    expect(one.exchange({ reads: 3, writes: 0 })).toEqual([]);
    expect(other.exchange(QUIET)).toEqual([{ reads: 3, writes: 0 }]);
  });

  it('is an error where the folder is gone again at once', () => {
    const folder = join(temporaryFolder(), 'none');
    const neighbours = new FolderNeighbours({ folder: () => folder, clock: new VirtualClock({ startMs: NOW_MS }) });
    expect(() => neighbours.exchange(QUIET)).toThrow(/ENOENT/);
  });

  it('that has gone already is no fault when the process leaves', () => {
    const { folder, open, files } = setUp();
    const neighbours = open();
    neighbours.exchange(QUIET);
    for (const name of files()) rmSync(join(folder, name));
    expect(() => neighbours.leave()).not.toThrow();
  });

  it('that cannot be replaced is an error', async () => {
    const { clock, folder, open, files } = setUp();
    const neighbours = open();
    neighbours.exchange(QUIET);
    await clock.advance(1_000);
    const [name = ''] = files();
    const next = join(folder, name.replace(String(NOW_MS), String(NOW_MS + 1_000)));
    mkdirSync(next);
    expect(() => neighbours.exchange(QUIET)).toThrow(/EISDIR/);
    rmSync(next, { recursive: true });
  });

  it('is withdrawn at the end of the process, by one listener for all', async () => {
    const { folder, clock, files } = setUp();
    // The neighbours of other tests of this process have their own listener.
    vi.resetModules();
    const fresh = await import('../../src/watch/neighbours.ts');
    const open = (): FolderNeighbours => new fresh.FolderNeighbours({ folder: () => folder, clock });
    const before = process.listeners('exit');
    const [one, other] = [open(), open()];
    one.exchange(QUIET);
    other.exchange(QUIET);
    const [leaveAll, ...more] = process.listeners('exit').filter((listener) => !before.includes(listener));
    expect(more).toEqual([]);
    one.leave();
    expect(process.listeners('exit')).toHaveLength(before.length + 1);
    leaveAll?.(0);
    expect(files()).toEqual([]);
    expect(process.listeners('exit')).toEqual(before);
  });
});

describe('what a process learns', () => {
  it('is what the others need', () => {
    const { open, publish } = setUp();
    publish('a', 0, 2);
    publish('b', 1_000, 3);
    const others = open().exchange({ reads: 9, writes: 9 });
    expect(others).toHaveLength(2);
    expect(others).toEqual(
      expect.arrayContaining([
        { reads: 2, writes: 0.5 },
        { reads: 3, writes: 0.5 },
      ]),
    );
  });

  it.each([
    [5_000, 1, true],
    [-5_000, 1, true],
    [5_001, 0, true],
    [-5_001, 0, true],
    [60_000, 0, true],
    [60_001, 0, false],
    [-60_001, 0, false],
  ])('of a process that published %i ms ago counts %i, and its file stays: %s', (ageMs, count, stays) => {
    const { open, publish, files } = setUp();
    const name = publish('c', ageMs);
    expect(open().exchange(QUIET)).toHaveLength(count);
    expect(files().includes(name)).toBe(stays);
  });

  it.each(['notes.txt', `x${'a'.repeat(16)}.1.1.1`, `${'a'.repeat(16)}.1.1.1.tmp`, `${'a'.repeat(15)}.1.1.1`])(
    'is nothing from a file that is called %s',
    (name) => {
      const { folder, open, files } = setUp();
      writeFileSync(join(folder, name), '');
      expect(open().exchange(QUIET)).toEqual([]);
      expect(files()).toContain(name);
    },
  );
});
