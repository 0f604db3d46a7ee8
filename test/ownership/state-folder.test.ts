import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ensurePrivateFolder, stateFolder } from '../../src/ownership/state-folder.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('the state folder', () => {
  it.each([
    ['linux', {}, '/home/ann/.local/state/anysession'],
    ['darwin', {}, '/home/ann/.local/state/anysession'],
    ['linux', { XDG_STATE_HOME: '/state' }, '/state/anysession'],
    ['linux', { XDG_STATE_HOME: 'state' }, '/home/ann/.local/state/anysession'],
    ['linux', { XDG_STATE_HOME: '' }, '/home/ann/.local/state/anysession'],
    ['win32', { LOCALAPPDATA: 'D:\\Local', XDG_STATE_HOME: '/state' }, 'D:\\Local\\anysession'],
  ] as const)('on %s with %o is %s', (platform, env, folder) => {
    expect(stateFolder({ env, home: '/home/ann', platform })).toBe(folder);
  });

  it('on win32 without LOCALAPPDATA is below the profile', () => {
    const profile = { env: {}, home: 'C:\\Users\\ann', platform: 'win32' } as const;
    expect(stateFolder(profile)).toBe('C:\\Users\\ann\\AppData\\Local\\anysession');
  });

  it('of this test file is a temporary one, so that no test writes to the home of its user', () => {
    expect(stateFolder().startsWith(join(tmpdir(), 'as-'))).toBe(true);
  });
});

describe('a private folder', () => {
  it('is created with all folders above it, and only its user can enter it', () => {
    const folder = join(temporaryFolder(), 'a', 'b');
    ensurePrivateFolder(folder);
    expect([modeOf(folder), modeOf(join(folder, '..'))]).toEqual([0o700, 0o700]);
  });

  it('is created by processes that do so at the same time', { timeout: 60_000 }, async () => {
    const root = temporaryFolder();
    const program = fileURLToPath(new URL('fixtures/make-folders.ts', import.meta.url));
    const children = [1, 2, 3, 4].map(() =>
      spawn(process.execPath, ['--import', 'tsx', program, root, '1000'], { stdio: ['pipe', 'pipe', 'inherit'] }),
    );
    await Promise.all(children.map(({ stdout }) => once(stdout, 'data')));
    const ends = children.map((child) => once(child, 'exit'));
    for (const { stdin } of children) stdin.write('go\n');
    expect(await Promise.all(ends)).toEqual(children.map(() => [0, null]));
  });

  it('is closed to others when it was open', () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o755);
    ensurePrivateFolder(folder);
    expect(modeOf(folder)).toBe(0o700);
  });

  it('keeps what it contains', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'record'), 'x');
    ensurePrivateFolder(folder);
    expect(statSync(join(folder, 'record')).size).toBe(1);
  });

  it('is refused when it is a link', () => {
    const [target, folder] = [temporaryFolder(), temporaryFolder()];
    symlinkSync(target, join(folder, 'link'));
    expect(() => ensurePrivateFolder(join(folder, 'link'))).toThrow('is not a folder');
  });

  it('is refused when it is a file', () => {
    const path = join(temporaryFolder(), 'file');
    writeFileSync(path, '');
    expect(() => ensurePrivateFolder(path)).toThrow(path);
  });

  it('is refused when it belongs to another user', () => {
    // Only root can give a folder away; everybody else finds one of root.
    const isRoot = process.getuid?.() === 0;
    const folder = isRoot ? join(temporaryFolder(), 'foreign') : '/usr';
    mkdirSync(folder, { recursive: true });
    if (isRoot) chownSync(folder, 12_345, 12_345);
    expect(() => ensurePrivateFolder(folder)).toThrow(`"${folder}" belongs to user ${isRoot ? 12_345 : 0}`);
  });
});
