import { chmodSync, chownSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../src/config/check-config.ts';
import { whyNotTrusted } from '../../src/config/trusted-file.ts';
import { configFolder, FIXTURE, refusalOf } from './config-folder.ts';

const CODE = `export default { environments: { dev: { provider: 'local' } } };`;
const OTHER_USER = 12_345;

/** Files of code, each with the files that lead to it. */
const WAYS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'anysession.config.ts': { 'anysession.config.ts': CODE },
  'anysession.config.mjs': { 'anysession.config.mjs': CODE },
  'base.ts': { 'anysession.config.yaml': 'extends: base.ts', 'base.ts': CODE },
  'livy.mjs': {
    'anysession.config.yaml': 'environments: { dev: { provider: ./livy.mjs } }',
    'livy.mjs': `export { plugin } from ${JSON.stringify(FIXTURE)};`,
  },
  'node_modules/livy/index.js': {
    'anysession.config.yaml': 'environments: { dev: { provider: livy } }',
    'node_modules/livy/package.json': '{ "name": "livy", "type": "module", "exports": "./index.js" }',
    'node_modules/livy/index.js': 'throw new Error("it ran");',
  },
};

describe.each(Object.keys(WAYS))('%s', (name) => {
  it('is refused when every user can change it, before it runs', async () => {
    const cwd = configFolder(WAYS[name] ?? {});
    chmodSync(join(cwd, name), 0o666);
    expect(await refusalOf({ cwd })).toContain(`chmod o-w ${join(cwd, name)}`);
    chmodSync(join(cwd, name), 0o664);
    chmodSync(dirname(join(cwd, name)), 0o777);
    expect(await refusalOf({ cwd })).toContain(`chmod o-w ${dirname(join(cwd, name))}`);
  });

  it('is listed by `config check`', async () => {
    const cwd = configFolder(WAYS[name] ?? {});
    const { executes } = await checkConfig({ cwd, env: {} });
    expect(executes.map((file) => join(cwd, file.replace(`${cwd}/`, '')))).toEqual([join(cwd, name)]);
  });
});

it('refuses code of another user, and runs that of root', async () => {
  const cwd = configFolder({ 'a.mjs': CODE });
  const file = join(cwd, 'a.mjs');
  const me = process.getuid?.() ?? 0;
  // Only root can give a file away. Anybody else looks at an own file as another user.
  if (me === 0) chownSync(file, OTHER_USER, OTHER_USER);
  const [owner, user] = me === 0 ? [OTHER_USER, 0] : [me, OTHER_USER];
  expect(await whyNotTrusted(file, owner)).toBeUndefined();
  expect(await whyNotTrusted(file, user)).toContain(
    `of the user with id ${owner}, and you are the user with id ${user}`,
  );
  expect(await whyNotTrusted('/etc/passwd', OTHER_USER)).toBeUndefined();
});

it('executes nothing for a configuration that is data', async () => {
  const cwd = configFolder({ 'anysession.config.yaml': 'environments: { dev: { provider: local } }' });
  chmodSync(join(cwd, 'anysession.config.yaml'), 0o666);
  await expect(checkConfig({ cwd, env: {} })).resolves.toMatchObject({ executes: [], problems: [] });
});
