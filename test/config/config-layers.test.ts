import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load-config.ts';
import { configFolder, FIXTURE, refusalOf } from './config-folder.ts';

describe('extends', () => {
  it('layers environments deeply: the file wins over what it extends, a later one over an earlier one', async () => {
    const cwd = configFolder({
      'org/base.yaml': `
owner: org
defaultEnvironment: dev
environments:
  dev: { provider: ${FIXTURE}, token: tk-base, threads: 1, region: north, session: { labels: { a: base, b: base } } }
`,
      'org/team.json': JSON.stringify({ extends: 'base.yaml', environments: { dev: { threads: 2, region: 'south' } } }),
      'other.yaml': 'owner: other\nenvironments: { dev: { threads: 3 } }',
      'anysession.config.yaml': `
extends: [./org/team.json, other.yaml]
environments: { dev: { token: tk-mine, session: { labels: { b: mine } } } }
`,
    });
    await expect(loadConfig({ cwd, env: {} })).resolves.toMatchObject({
      owner: 'other',
      environment: 'dev',
      providerConfig: { token: 'tk-mine', threads: 3, region: 'south' },
      session: { labels: { a: 'base', b: 'mine' } },
    });
  });

  it('drops the options of another provider, and keeps the session block', async () => {
    const cwd = configFolder({
      'base.yaml':
        'environments: { dev: { provider: somewhere, engine: x, session: { labels: { a: b } } }, test: { threads: 2 } }',
      'anysession.config.yaml': `
extends: base.yaml
environments:
  dev: { provider: ${FIXTURE}, token: tk-1 }
  test: { provider: ${FIXTURE}, token: tk-2 }
`,
    });
    await expect(loadConfig({ cwd, environment: 'dev', env: {} })).resolves.toMatchObject({
      providerConfig: { token: 'tk-1' },
      session: { labels: { a: 'b' } },
    });
    await expect(loadConfig({ cwd, environment: 'test', env: {} })).resolves.toMatchObject({
      providerConfig: { token: 'tk-2', threads: 2 },
    });
  });

  it('names the file that a wrong value comes from', async () => {
    const cwd = configFolder({
      'base/base.yaml': `environments: { dev: { provider: ${FIXTURE}, threads: none, session: { size: big } } }`,
      'anysession.config.yaml': 'extends: base/base.yaml\nenvironments: { dev: { token: wrong } }',
    });
    expect((await refusalOf({ cwd })).split('\n  ')).toEqual([
      '3 problems:',
      'base/base.yaml: environments.dev.session.size: expected one of small, medium, large; found "big"',
      'anysession.config.yaml: environments.dev.token: expected a token that begins with tk-; found "…"',
      'base/base.yaml: environments.dev.threads: expected a whole number; found "none"',
    ]);
  });

  it('resolves a relative provider from the file that names it', async () => {
    const cwd = configFolder({
      'shared/acme.mjs': 'export const plugin = { contractVersion: 99 };',
      'shared/base.yaml': 'environments: { dev: { provider: ./acme.mjs } }',
      'anysession.config.yaml': 'extends: shared/base.yaml',
    });
    expect(await refusalOf({ cwd })).toContain('implements version 99 of the provider contract');
  });

  it('is filled with variables, and an object may extend a file', async () => {
    const cwd = configFolder({ 'eu.yaml': `environments: { dev: { provider: ${FIXTURE}, token: tk-eu } }` });
    const request = { config: { extends: '${REGION}.yaml' }, cwd };
    await expect(loadConfig({ ...request, env: { REGION: 'eu' } })).resolves.toMatchObject({
      providerConfig: { token: 'tk-eu' },
    });
    expect(await refusalOf(request)).toBe(
      'config: extends: variable REGION is not set. Set it or write a default: ${REGION:-…}',
    );
  });

  it.each([
    ['gh:acme/config', 'expected a local file; found "gh:acme/config": remote files are not supported'],
    [
      'github:acme/config.yaml',
      'expected a local file; found "github:acme/config.yaml": remote files are not supported',
    ],
    [
      'https://acme.example/a.yaml',
      'expected a local file; found "https://acme.example/a.yaml": remote files are not supported',
    ],
    [
      'HTTP://acme.example/a.yaml',
      'expected a local file; found "HTTP://acme.example/a.yaml": remote files are not supported',
    ],
    ['file:///etc/a.yaml', 'expected a local file; found "file:///etc/a.yaml": remote files are not supported'],
    ['npm:acme', 'expected a local file; found "npm:acme": remote files are not supported'],
    [
      '@acme/config',
      'expected a file path that ends in .yaml, .yml, .json, .ts, .mjs; found "@acme/config": ' +
        'packages and folders are not supported',
    ],
    ['', 'expected a file path or a list of file paths; found ""'],
    [7, 'expected a file path or a list of file paths; found 7'],
    [{ source: 'gh:acme/config' }, 'expected a file path or a list of file paths; found a map'],
  ])('refuses %j', async (path, message) => {
    expect(await refusalOf({ config: { extends: path as string } })).toBe(`config: extends: ${message}`);
    expect(await refusalOf({ config: { extends: ['gh:x/y', path as string] } })).toContain(
      `config: extends[1]: ${message}`,
    );
  });

  it('says which file to extend is not there, and where it does not parse', async () => {
    const cwd = configFolder({ 'a.yaml': 'extends: sub/none.yaml', 'b.yaml': 'extends: a.json', 'a.json': '{' });
    expect(await refusalOf({ config: 'a.yaml', cwd })).toBe('sub/none.yaml: no such file');
    expect(await refusalOf({ config: 'b.yaml', cwd })).toBe(
      "a.json:1:2: not valid JSON: Expected property name or '}'",
    );
  });

  it('shows the circle when files extend each other, also through a link', async () => {
    const cwd = configFolder({
      'a.yaml': 'extends: b.yaml',
      'b.yaml': 'extends: ./c.yaml',
      'c.yaml': 'extends: link.yaml',
      'self.yaml': 'extends: self.yaml',
    });
    symlinkSync('b.yaml', join(cwd, 'link.yaml'));
    expect(await refusalOf({ config: 'a.yaml', cwd })).toBe(
      'c.yaml: extends: is circular: a.yaml → b.yaml → c.yaml → b.yaml',
    );
    expect(await refusalOf({ config: 'self.yaml', cwd })).toBe(
      'self.yaml: extends: is circular: self.yaml → self.yaml',
    );
  });

  it('lets two files build on a third', async () => {
    const cwd = configFolder({
      'base.yaml': `environments: { dev: { provider: ${FIXTURE}, token: tk-1 } }`,
      'a.yaml': 'extends: base.yaml',
      'b.yaml': 'extends: base.yaml',
      'anysession.config.yaml': 'extends: [a.yaml, b.yaml]',
    });
    await expect(loadConfig({ cwd, env: {} })).resolves.toMatchObject({ environment: 'dev' });
  });
});
