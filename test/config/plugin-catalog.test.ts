import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load-config.ts';
import { builtInPlugins, builtInProviderIds, loadPlugin } from '../../src/config/plugin-catalog.ts';
import { configFolder, FIXTURE, refusalOf } from './config-folder.ts';

const WHOLE = `{
  contractVersion: 1, id: 'acme', summary: 'Acme', capabilities: {}, environmentVariables: {},
  optionsSchema: () => ({}), parseOptions: (options) => ({ ok: true, config: options }), create: () => ({}),
}`;

const inPackage = (main: string): Record<string, string> => ({
  // Reachable by `import` only, as packages without CommonJS are.
  'node_modules/@acme/livy/package.json':
    '{ "name": "@acme/livy", "type": "module", "exports": { ".": { "import": "./main.js" } } }',
  'node_modules/@acme/livy/main.js': main,
});

describe('built-in providers', () => {
  it('are the folders in providers/ that have a plugin, without the template', async () => {
    const ids = await builtInProviderIds();
    expect(ids).toContain('local');
    expect(ids).not.toContain('_template');
    expect([...ids]).toEqual([...ids].sort());
  });

  it('are plugins of their own id, loaded once', async () => {
    for (const [id, plugin] of await builtInPlugins()) {
      expect(plugin.id).toBe(id);
      expect(await loadPlugin(id, undefined)).toBe(plugin);
    }
  });
});

describe('providers of others', () => {
  it('are found by package name from the config file, also without CommonJS', async () => {
    const cwd = configFolder({
      ...inPackage(`export const plugin = ${WHOLE};`),
      'anysession.config.yaml': "environments: { dev: { provider: '@acme/livy', url: 'https://livy' } }",
    });
    const config = await loadConfig({ cwd, env: {} });
    expect(config.plugin.id).toBe('acme');
    expect(config.providerConfig).toEqual({ url: 'https://livy' });
  });

  it('are found by a path relative to the config file or to the working directory, TypeScript too', async () => {
    const cwd = configFolder({
      'conf/acme.ts': `import type { X } from 'x'; export const plugin = ${WHOLE} as unknown as X;`,
    });
    await expect(loadPlugin('./acme.ts', join(cwd, 'conf/anysession.config.yaml'))).resolves.toMatchObject({
      id: 'acme',
    });
    const config = { environments: { dev: { provider: './conf/acme.ts' } } };
    await expect(loadConfig({ config, cwd, env: {} })).resolves.toMatchObject({ plugin: { id: 'acme' } });
    const fixture = FIXTURE.replace(process.cwd(), '.');
    await expect(loadPlugin(fixture, undefined)).resolves.toMatchObject({ id: 'fixture' });
  });

  it.each([
    ['lcoal', /^there is no provider "lcoal"; did you mean local\? \(built-in providers are .*local.*\)$/],
    ['_template', /^there is no provider "_template": built-in providers are /],
    ['../providers/x', /^there is no provider module \.\.\/providers\/x beside .*; built-in providers are /],
    [
      '@acme/anysession-livy',
      /^there is no provider "@acme\/anysession-livy": built-in providers are .*, and no package of that name is installed for \/.*; if it is one, run: npm install @acme\/anysession-livy$/,
    ],
  ])('that cannot be found: %s', async (provider, message) => {
    const cwd = configFolder({});
    expect(await refusalOf(() => loadPlugin(provider, join(cwd, 'anysession.config.yaml')))).toMatch(message);
    expect(await refusalOf({ config: { environments: { dev: { provider } } }, cwd })).toMatch(
      /^config: environments\.dev\.provider: there is no provider /,
    );
  });

  it.each([
    [
      'export default {};',
      'the module ./p.mjs is no provider: it must export a plugin as `export const plugin = definePlugin({ … })`',
    ],
    [
      'export const plugin = null;',
      'the module ./p.mjs is no provider: it must export a plugin as `export const plugin = definePlugin({ … })`',
    ],
    [
      'export const plugin = {};',
      'the provider ./p.mjs keeps version none of the provider contract and this release of anysession needs version 1: ' +
        'install a release of the one that fits the other',
    ],
    [
      'export const plugin = { contractVersion: 1, id: 5, capabilities: null, summary: "", create() {} };',
      'the plugin of ./p.mjs is not complete: it lacks id (string), environmentVariables (object), ' +
        'optionsSchema (function), parseOptions (function), capabilities (object)',
    ],
  ])('that are none: %s', async (module, message) => {
    const cwd = configFolder({ 'p.mjs': module });
    expect(await refusalOf(() => loadPlugin('./p.mjs', join(cwd, 'config.yaml')))).toBe(message);
  });

  it('that fail while they are imported', async () => {
    const cwd = configFolder(inPackage('throw new Error("no licence");'));
    expect(await refusalOf(() => loadPlugin('@acme/livy', join(cwd, 'config.yaml')))).toBe(
      `the provider @acme/livy (${join(cwd, 'node_modules/@acme/livy/main.js')}) cannot be imported: Error: no licence`,
    );
  });

  it('may be installed after they were missed', async () => {
    const cwd = configFolder({});
    const from = join(cwd, 'config.yaml');
    await expect(loadPlugin('./late.mjs', from)).rejects.toMatchObject({ kind: 'config-invalid' });
    const { writeFileSync } = await import('node:fs');
    writeFileSync(join(cwd, 'late.mjs'), `export const plugin = ${WHOLE};`);
    await expect(loadPlugin('./late.mjs', from)).resolves.toMatchObject({ id: 'acme' });
  });
});
