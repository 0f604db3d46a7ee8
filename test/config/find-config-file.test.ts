import { rmSync } from 'node:fs';
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
      `there is no anysession.config{.yaml,.yml,.json,.ts,.mjs} in ${cwd} or above it up to ${join(folder, 'inner')}: ` +
        'write one (`anysession config init` does), name the file, or pass the configuration as an object',
    );
  });

  it('goes up to the root of the file system outside of any repository', async () => {
    const folder = configFolder({});
    rmSync(join(folder, '.git'), { recursive: true });
    expect(await refusalOf({ cwd: folder })).toContain(`in ${folder} or above it up to /`);
    expect(tmpdir()).not.toBe('/');
  });

  it('names both files where a folder holds two', async () => {
    const cwd = configFolder({ 'anysession.config.yaml': '', 'anysession.config.ts': '' });
    expect(await refusalOf({ cwd })).toBe(
      `${cwd} holds more than one config file, anysession.config.yaml and anysession.config.ts: ` +
        'keep one of them, or name the file',
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
