import { rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { displayName, findConfigFile } from '../../src/config/find-config-file.ts';
import { configFolder, refusalOf } from './config-folder.ts';

describe('findConfigFile', () => {
  it('takes the nearest file, from the folder upwards', () => {
    const folder = configFolder({
      'anysession.config.json': '',
      'a/anysession.config.yaml': '',
      'a/b/c/x': '',
      'd/x': '',
    });
    expect(findConfigFile(join(folder, 'a/b/c'))).toBe(join(folder, 'a/anysession.config.yaml'));
    expect(findConfigFile(join(folder, 'd'))).toBe(join(folder, 'anysession.config.json'));
  });

  it('does not leave the repository', async () => {
    const folder = configFolder({ 'anysession.config.json': '', 'inner/.git/HEAD': '', 'inner/a/x': '' });
    const cwd = join(folder, 'inner/a');
    expect(await refusalOf({ cwd })).toBe(
      `No anysession.config{.yaml,.yml,.json,.ts,.mjs} in ${cwd} or its parents up to ${join(folder, 'inner')}. ` +
        'Create one (`anysession config init`), pass its path, or pass a configuration object. ' +
        'Without a file, pass a provider: openSessions({ provider: local() }), or --provider on the command line.',
    );
  });

  it('does not leave the home folder, also through a link to it', () => {
    const above = configFolder({ 'anysession.config.json': '', 'home/a/x': '', 'mine/anysession.config.json': '' });
    rmSync(join(above, '.git'), { recursive: true });
    const home = join(above, 'home');
    expect(() => findConfigFile(join(home, 'a'), home)).toThrow(`in ${home}/a or its parents up to ${home}.`);
    expect(() => findConfigFile(home, home)).toThrow(`in ${home}.`);
    symlinkSync(home, join(above, 'link'));
    expect(() => findConfigFile(join(home, 'a'), join(above, 'link'))).toThrow(`up to ${home}.`);
    expect(findConfigFile(join(above, 'mine'), join(above, 'mine'))).toBe(join(above, 'mine/anysession.config.json'));
  });

  it('goes up to the root of the file system outside of any repository', async () => {
    const folder = configFolder({});
    rmSync(join(folder, '.git'), { recursive: true });
    expect(await refusalOf({ cwd: folder })).toContain(`in ${folder} or its parents up to /`);
    expect(tmpdir()).not.toBe('/');
  });

  it('names both files where a folder holds two', async () => {
    const cwd = configFolder({ 'anysession.config.yaml': '', 'anysession.config.ts': '' });
    expect(await refusalOf({ cwd })).toBe(
      `${cwd} has more than one config file: anysession.config.yaml and anysession.config.ts. ` +
        'Keep one, or pass the path of one.',
    );
  });
});

describe('displayName', () => {
  it('is relative inside of the working directory and absolute elsewhere', () => {
    expect(displayName('/a/b/c.yaml', '/a')).toBe('b/c.yaml');
    expect(displayName('/a/c.yaml', '/a/b')).toBe('/a/c.yaml');
    expect(displayName('/a/..b/c.yaml', '/a')).toBe('..b/c.yaml');
  });
});
