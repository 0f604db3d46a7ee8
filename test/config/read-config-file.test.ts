import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../src/config/check-config.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { configFolder, FIXTURE, refusalOf } from './config-folder.ts';

const ENVIRONMENTS = `{ dev: { provider: ${JSON.stringify(FIXTURE)}, token: 'tk-1' } }`;

describe('reading a config file', () => {
  it.each([
    ['anysession.config.yaml', `environments: ${ENVIRONMENTS}`],
    ['anysession.config.yml', `environments: ${ENVIRONMENTS}`],
    // What two places refer to is no circle.
    [
      'anysession.config.yml',
      `environments: { dev: &dev ${ENVIRONMENTS.slice(7, -1)}, other: *dev }\ndefaultEnvironment: dev`,
    ],
    [
      'anysession.config.json',
      `\uFEFF{ "environments": { "dev": { "provider": ${JSON.stringify(FIXTURE)}, "token": "tk-1" } } }`,
    ],
    ['anysession.config.mjs', `export default { environments: ${ENVIRONMENTS} };`],
    [
      'anysession.config.ts',
      `import type { Stats } from 'node:fs';\nconst unused: Stats | undefined = undefined;\n` +
        `export default { environments: ${ENVIRONMENTS} as Record<string, object>, ...(unused ?? {}) };`,
    ],
  ])('reads %s', async (name, text) => {
    const cwd = configFolder({ [name]: text });
    await expect(loadConfig({ cwd, env: {} })).resolves.toMatchObject({ file: join(cwd, name), environment: 'dev' });
  });

  it.each([
    [
      'a.yaml',
      'environments:\n  dev: [1\n  prod: 2\n',
      'a.yaml:3:3: not valid YAML: missed comma between flow collection entries',
    ],
    [
      'a.yaml',
      'environments: { dev: &dev { provider: local, labels: [1, *dev] } }\n',
      'a.yaml: environments.dev.labels[1]: contains itself: write the value out',
    ],
    ['a.yaml', 'owner: a\nowner: b\n', 'a.yaml:2:1: not valid YAML: duplicated mapping key'],
    ['a.json', '{ "owner": "a",\n  "owner": "b" }', 'a.json:2:3: not valid JSON: duplicated mapping key'],
    [
      'a.json',
      '{"environments":{"a":{"b":[{"\\u0061":1,"a":2}]}}}',
      'a.json:1:40: not valid JSON: duplicated mapping key',
    ],
    ['a.json', '{\n\t"a": "#: {",\n\t"a": 1 }', 'a.json:3:2: not valid JSON: duplicated mapping key'],
    ['a.yaml', 'a: 1\n---\nb: 2\n', 'a.yaml: not valid YAML: expected a single document in the stream, but found more'],
    [
      'a.yaml',
      'environments:\n  dev: { provider: local, path: ${HOME} }\n',
      'a.yaml:2:34: not valid YAML: missed comma between flow collection entries; a ${VAR} inside { } or [ ] must be in quotes',
    ],
    ['a.json', '{\n  "owner": "a",\n}\n', 'a.json:3:1: not valid JSON: Expected double-quoted property name'],
    ['a.json', '{ "password": hunter2 }', "a.json:1:15: not valid JSON: Unexpected token 'h'"],
    ['a.json', '{ "owner": "a"', "a.json:1:15: not valid JSON: Expected ',' or '}' after property value"],
    ['a.json', '// no comments\n{}', "a.json:1:1: not valid JSON: Unexpected token '/'"],
    ['a.yaml', '', 'a.yaml: the file is empty: write at least `environments`'],
    ['a.json', ' \n', 'a.json: the file is empty: write at least `environments`'],
    ['a.ts', '\n', 'a.ts: the file is empty: write at least `environments`'],
    ['a.yaml', '# only a comment\n', 'a.yaml: the file must contain a map with `environments`; found nothing'],
    ['a.yaml', '- dev\n', 'a.yaml: the file must contain a map with `environments`; found a list'],
    ['a.yaml', 'dev\n', 'a.yaml: the file must contain a map with `environments`; found "dev"'],
    [
      'a.mjs',
      'export default () => 5;',
      'a.mjs: the default export must be a map with `environments`; found a function',
    ],
    [
      'a.mjs',
      'export const environments = {};',
      'a.mjs: no default export: write `export default { environments: … }`',
    ],
    [
      'a.ts',
      'export default {\n  owner: ,\n};',
      'a.ts:2:9: the file failed to run: Error: ParseError: Unexpected token',
    ],
    ['a.ts', 'export const environments = {};', 'a.ts: no default export: write `export default { environments: … }`'],
    ['a.mjs', 'throw "just a text";', 'a.mjs: the file failed to run: just a text'],
    [
      'a.ts',
      'const region: string | undefined = undefined;\nif (!region) throw new Error("set the region first");\nexport default {};',
      'a.ts:2:20: the file failed to run: Error: set the region first',
    ],
    ['a.toml', 'owner = "a"', 'a.toml: the name of a config file must end in .yaml, .yml, .json, .ts, .mjs'],
  ])('refuses %s holding %j', async (name, text, message) => {
    const cwd = configFolder({ [name]: text });
    expect(await refusalOf({ config: name, cwd })).toBe(message);
  });

  it('says when a file is not there, is a folder, or cannot be read', async () => {
    const cwd = configFolder({ 'folder.yaml/x': '' });
    symlinkSync('loop.yaml', join(cwd, 'loop.yaml'));
    expect(await refusalOf({ config: 'none.yaml', cwd })).toBe('none.yaml: no such file');
    expect(await refusalOf({ config: 'folder.yaml', cwd })).toBe(
      'folder.yaml: this is a folder: pass the path of a file',
    );
    // A link to itself: root, whom permissions do not stop, cannot read it either.
    expect(await refusalOf({ config: 'loop.yaml', cwd })).toBe(
      'loop.yaml: cannot read the file (ELOOP): check its permissions',
    );
  });

  it('keeps the first mistake as the cause', async () => {
    const cwd = configFolder({ 'a.json': '{' });
    await expect(loadConfig({ config: 'a.json', cwd })).rejects.toMatchObject({
      kind: 'config-invalid',
      cause: expect.any(SyntaxError) as unknown,
    });
  });
});

describe('an id without quotes', () => {
  it.each(['0012345', '00e12345', '12e3456', '0x1f', '1_000', '.5', '123456789012345678901', 'true'])(
    '%s gets the hint to quote it, wherever text is expected',
    async (id) => {
      const places = {
        provider: `{ provider: ${id} }`,
        option: `{ provider: emr-serverless, region: eu-west-1, applicationId: ${id} }`,
        choice: `{ provider: local, engine: ${id} }`,
        label: `{ provider: local, session: { labels: { team: ${id} } } }`,
      };
      const environments = Object.entries(places).map(([name, text]) => `  ${name}: ${text}\n`);
      const cwd = configFolder({ 'anysession.config.yaml': `owner: ${id}\nenvironments:\n${environments.join('')}` });
      const { problems } = await checkConfig({ cwd, env: {} });
      const hinted = problems.filter(({ message }) => message.endsWith('(put it in quotes)'));
      expect(hinted.map(({ path }) => path.at(-1))).toEqual(['owner', 'provider', 'applicationId', 'engine', 'team']);
    },
  );
});
