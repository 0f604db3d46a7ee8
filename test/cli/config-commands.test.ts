import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LOCAL_CONFIG } from '../../src/cli/initial-config.ts';
import { configSchema } from '../../src/config/config-shape.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { configFolder, FIXTURE } from '../config/config-folder.ts';
import { cli } from './cli-run.ts';

describe('config init', () => {
  it('writes a file that works at once, and prints its path', async () => {
    const cwd = configFolder({});
    const file = join(cwd, 'anysession.config.yaml');
    expect(await cli(['config', 'init'], { cwd })).toEqual({ code: 0, stdout: `${file}\n`, stderr: '' });
    expect(readFileSync(file, 'utf8')).toBe(LOCAL_CONFIG);
    await expect(loadConfig({ cwd, env: {} })).resolves.toMatchObject({ environment: 'dev', plugin: { id: 'local' } });
    expect((await cli(['config', 'check'], { cwd })).code).toBe(0);
  });

  it('holds examples that work when they are taken into use', async () => {
    const uncommented = LOCAL_CONFIG.replace(/^( *)# (owner:|prod:|  provider:|  url:)/gm, '$1$2');
    const cwd = configFolder({
      'anysession.config.yaml': uncommented,
      'node_modules/@acme/anysession-livy/package.json': '{ "type": "module", "exports": "./main.js" }',
      'node_modules/@acme/anysession-livy/main.js': `export const plugin = { contractVersion: 1, id: 'livy', summary: '',
        capabilities: {}, environmentVariables: {}, optionsSchema: () => ({}),
        parseOptions: (config) => ({ ok: true, config }), create: () => ({}) };`,
    });
    await expect(loadConfig({ cwd, environment: 'prod', env: { LIVY_URL: 'https://livy' } })).resolves.toMatchObject({
      owner: 'my-team',
      providerConfig: { url: 'https://livy' },
    });
  });

  it('writes where --config says', async () => {
    const cwd = configFolder({});
    const { stdout } = await cli(['config', 'init', '--config', 'team.yml', '--json'], { cwd });
    expect(JSON.parse(stdout)).toEqual({ file: join(cwd, 'team.yml') });
    expect(readFileSync(join(cwd, 'team.yml'), 'utf8')).toBe(LOCAL_CONFIG);
  });

  it('leaves what is there as it is, also a config file of another kind', async () => {
    const cwd = configFolder({ 'anysession.config.json': '{}' });
    const { code, stdout, stderr } = await cli(['config', 'init'], { cwd });
    expect([code, stdout]).toEqual([5, '']);
    expect(stderr).toBe(
      `[conflict] ${join(cwd, 'anysession.config.json')} already exists; nothing was changed\n` +
        '→ Use what already exists, or choose another name.\n',
    );
    writeFileSync(join(cwd, 'mine.yaml'), 'mine');
    expect((await cli(['config', 'init', '--config', 'mine.yaml'], { cwd })).code).toBe(5);
    expect(readFileSync(join(cwd, 'mine.yaml'), 'utf8')).toBe('mine');
  });

  it.each([
    ['team.json', 'what is written is YAML: the name must end in .yaml or .yml'],
    ['none/team.yaml', /none\/team\.yaml cannot be written \(ENOENT\)/],
  ])('refuses to write %s', async (file, message) => {
    const { code, stderr } = await cli(['config', 'init', '--config', file], { cwd: configFolder({}) });
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe('config environments', () => {
  it('prints the plain names of a file that is data', async () => {
    const local = '{ provider: local }';
    const cwd = configFolder({
      'anysession.config.yaml': `environments: { dev: ${local}, "$(touch x)": ${local}, "a b": ${local}, eu-1.x: ${local} }\n`,
    });
    expect(await cli(['config', 'environments'], { cwd })).toEqual({ code: 0, stdout: 'dev\neu-1.x\n', stderr: '' });
  });

  it.each(['mjs', 'ts'])('runs no code of an .%s file, and prints nothing', async (extension) => {
    const cwd = configFolder({
      [`anysession.config.${extension}`]: `import { writeFileSync } from 'node:fs';
        writeFileSync(new URL('mark', import.meta.url), '');
        export default { environments: { dev: { provider: 'local' } } };`,
    });
    expect(await cli(['config', 'environments'], { cwd })).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(existsSync(join(cwd, 'mark'))).toBe(false);
  });
});

describe('config schema', () => {
  it('prints the schema that editors complete by', async () => {
    const { code, stdout, stderr } = await cli(['config', 'schema']);
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toEqual(await configSchema());
  });
});

describe('config check', () => {
  const files = {
    'anysession.config.yaml': `
defaultEnvironment: dev
environments:
  dev: { provider: local }
  prod: { provider: ${FIXTURE}, token: '\${PROD_TOKEN}', region: east }
`,
  };

  it('shows the environments, warns, and ends with 0 when all is well', async () => {
    const cwd = configFolder({
      ...files,
      'anysession.config.yaml': files['anysession.config.yaml'].replace('east', 'south'),
    });
    expect(await cli(['config', 'check'], { cwd, env: { PROD_TOKEN: 'tk-1' } })).toEqual({
      code: 0,
      stdout:
        'anysession.config.yaml\n\n' +
        'environment\tprovider\tSQL\tselected\n' +
        'dev\tlocal\tduckdb\tyes\n' +
        'prod\tfixture\tspark\t\n' +
        `\nexecutes: ${FIXTURE}\n` +
        '\nno problems\n',
      stderr: 'warning: the environments use different SQL dialects: duckdb (dev), spark (prod)\n',
    });
  });

  it('tells every problem and ends with 2', async () => {
    const { code, stdout, stderr } = await cli(['config', 'check'], { cwd: configFolder(files) });
    expect(code).toBe(2);
    expect(stdout).not.toContain('no problems');
    expect(stderr.split('\n').slice(1)).toEqual([
      '[config-invalid] 2 problems:',
      '  anysession.config.yaml: environments.prod.token: variable PROD_TOKEN is not set. Set it or write a default: ${PROD_TOKEN:-…}',
      '  anysession.config.yaml: environments.prod.region: expected north or south; found "east"',
      '→ Correct the configuration and run again.',
      '',
    ]);
  });

  it('gives programs a report on stdout and the error on stderr', async () => {
    const { code, stdout, stderr } = await cli(['config', 'check', '--json'], { cwd: configFolder(files) });
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      selected: 'dev',
      environments: [{ name: 'dev', provider: 'local', dialect: 'duckdb' }, { name: 'prod' }],
      problems: [{ path: ['environments', 'prod', 'token'] }, { path: ['environments', 'prod', 'region'] }],
      warnings: [expect.stringContaining('duckdb') as unknown],
    });
    expect(JSON.parse(stderr)).toMatchObject({ error: { kind: 'config-invalid' } });
  });

  it('checks the one environment of --env, given before or after the command', async () => {
    const cwd = configFolder(files);
    expect((await cli(['config', 'check', '--env', 'dev'], { cwd })).code).toBe(0);
    expect((await cli(['--env', 'prod', 'config', 'check'], { cwd })).code).toBe(2);
  });
});
