import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load-config.ts';
import { BUILT_IN_IDS, BUILT_IN_PROVIDERS } from '../../src/config/built-in-providers.ts';
import { isBatchPlugin } from '../../src/contract/provider-plugin.ts';
import { builtInPlugins, loadPlugin, providersWith } from '../../src/config/plugin-catalog.ts';
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
  it('have one row per folder in providers/', () => {
    const folders = readdirSync('providers').filter((name) => !name.startsWith('_'));
    expect(BUILT_IN_IDS).toEqual(folders.filter((name) => existsSync(`providers/${name}/plugin.ts`)).sort());
  });

  it.each(BUILT_IN_IDS)('%s is a plugin of this id and kind, loaded once', async (id) => {
    const plugin = await loadPlugin(id);
    expect(plugin.id).toBe(id);
    expect(isBatchPlugin(plugin) ? 'batches' : 'sessions').toBe(BUILT_IN_PROVIDERS[id]?.runs);
    expect(await loadPlugin(id)).toBe(plugin);
    expect(await builtInPlugins()).toContain(plugin);
  });

  it('are found by capability', async () => {
    expect(await providersWith(({ dialect }) => dialect === 'duckdb')).toEqual(['local']);
    expect(await providersWith(() => false)).toEqual([]);
    expect(await providersWith(() => true)).toEqual(BUILT_IN_IDS.filter((id) => id !== 'healthomics'));
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
    await expect(loadPlugin(fixture)).resolves.toMatchObject({ id: 'fixture' });
  });

  it.each([
    ['lcoal', /^Unknown provider "lcoal"\. Did you mean "local"\? Built-in providers: .*local.*\.$/],
    ['_template', /^Unknown provider "_template"\. Built-in providers: /],
    ['../providers/x', /^No provider module \.\.\/providers\/x in .*\. Built-in providers: /],
    [
      '@acme/anysession-livy',
      /^Unknown provider "@acme\/anysession-livy"\. Built-in providers: .*\. If it is a package, install it in \/.*: npm install @acme\/anysession-livy$/,
    ],
  ])('that cannot be found: %s', async (provider, message) => {
    const cwd = configFolder({});
    expect(await refusalOf(() => loadPlugin(provider, join(cwd, 'anysession.config.yaml')))).toMatch(message);
    expect(await refusalOf({ config: { environments: { dev: { provider } } }, cwd })).toMatch(
      /^config: environments\.dev\.provider: (Unknown provider|No provider module) /,
    );
  });

  it.each([
    ['export default {};', './p.mjs is not a provider: export `const plugin = definePlugin({ … })` from it'],
    ['export const plugin = null;', './p.mjs is not a provider: export `const plugin = definePlugin({ … })` from it'],
    [
      'export const plugin = {};',
      'The provider ./p.mjs implements no version of the provider contract, but this anysession needs version 1. ' +
        'Install matching releases of both.',
    ],
    [
      'export const plugin = { contractVersion: 1, id: 5, capabilities: null, summary: "", create() {} };',
      'The plugin of ./p.mjs is incomplete. Missing: id (string), environmentVariables (object), ' +
        'optionsSchema (function), parseOptions (function), capabilities (object)',
    ],
  ])('that are none: %s', async (module, message) => {
    const cwd = configFolder({ 'p.mjs': module });
    expect(await refusalOf(() => loadPlugin('./p.mjs', join(cwd, 'config.yaml')))).toBe(message);
  });

  it('that fail while they are imported', async () => {
    const cwd = configFolder(inPackage('throw new Error("no licence");'));
    expect(await refusalOf(() => loadPlugin('@acme/livy', join(cwd, 'config.yaml')))).toBe(
      `Importing the provider @acme/livy (${join(cwd, 'node_modules/@acme/livy/main.js')}) failed: Error: no licence`,
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
