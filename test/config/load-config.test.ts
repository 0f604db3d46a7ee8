import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig, toOwner } from '../../src/config/load-config.ts';
import { configFolder, FIXTURE, refusalOf } from './config-folder.ts';

const DEV = { provider: FIXTURE, token: 'tk-1' };

describe('loadConfig', () => {
  it('gives the chosen environment of the nearest file, its plugin and its parsed options', async () => {
    const cwd = configFolder({
      'anysession.config.yaml': `
owner: data-platform
environments:
  dev:
    provider: ${FIXTURE}
    token: tk-1
    threads: 4
    session: { idleTimeoutMs: 1800000, labels: { team: etl }, sparkConf: { spark.ui.enabled: 'false' } }
`,
      'deep/er/.keep': '',
    });
    const config = await loadConfig({ cwd: join(cwd, 'deep/er'), env: {} });
    expect(config).toMatchObject({
      file: join(cwd, 'anysession.config.yaml'),
      environment: 'dev',
      owner: 'data-platform',
      providerConfig: { token: 'tk-1', threads: 4, verbose: false, region: 'north' },
      session: { idleTimeoutMs: 1_800_000, labels: { team: 'etl' }, sparkConf: { 'spark.ui.enabled': 'false' } },
    });
    expect(config.plugin.id).toBe('fixture');
  });

  it('takes the configuration as an object, and owner and session have defaults', async () => {
    const config = await loadConfig({ config: { environments: { dev: DEV } }, env: {} });
    expect(config).toMatchObject({ file: undefined, environment: 'dev', session: {} });
    expect(config.owner).toBe(toOwner(`${userInfo().username}-${hostname()}`));
  });

  it('takes a path relative to the working directory', async () => {
    const cwd = configFolder({ 'conf/team.json': JSON.stringify({ environments: { dev: DEV } }) });
    const config = await loadConfig({ config: 'conf/team.json', cwd, env: {} });
    expect(config.file).toBe(join(cwd, 'conf/team.json'));
  });

  it('needs the variables of the chosen environment only', async () => {
    const environments = { dev: DEV, prod: { provider: FIXTURE, token: '${PROD_TOKEN}' } };
    await expect(loadConfig({ config: { environments }, environment: 'dev', env: {} })).resolves.toMatchObject({
      environment: 'dev',
    });
    expect(await refusalOf({ config: { environments }, environment: 'prod' })).toBe(
      'config: environments.prod.token: variable PROD_TOKEN is not set. Set it or write a default: ${PROD_TOKEN:-…}',
    );
  });

  it('is not disturbed by what is wrong in another environment', async () => {
    const environments = { dev: DEV, prod: { provider: 'no-such-provider', session: { size: 7 } } };
    const config = { environments } as never;
    await expect(loadConfig({ config, environment: 'dev', env: {} })).resolves.toMatchObject({ environment: 'dev' });
  });

  it('reads variables as numbers and as true and false where the option is one', async () => {
    const config = {
      environments: {
        dev: {
          provider: '${PROVIDER}',
          token: '${A}-${B}',
          threads: '${THREADS}',
          verbose: '${VERBOSE:-true}',
          session: { idleTimeoutMs: '${IDLE_MS}', labels: { build: '${THREADS}' } },
        },
      },
    } as never;
    const env = { PROVIDER: FIXTURE, A: 'tk', B: '7', THREADS: '8', IDLE_MS: '60000' };
    await expect(loadConfig({ config, env })).resolves.toMatchObject({
      providerConfig: { token: 'tk-7', threads: 8, verbose: true },
      session: { idleTimeoutMs: 60_000, labels: { build: '8' } },
    });
  });

  it('leaves numbers in quotes alone that do not come from a variable', async () => {
    const message = await refusalOf({ config: { environments: { dev: { ...DEV, threads: '8' } } } });
    expect(message).toBe('config: environments.dev.threads: expected a whole number; found "8"');
  });

  it("takes an absent option from the provider's variable; the file wins; empty counts as not set", async () => {
    const env = { FIXTURE_TOKEN: 'tk-env', FIXTURE_THREADS: '3' };
    const load = (options: object, variables: NodeJS.ProcessEnv) =>
      loadConfig({ config: { environments: { dev: { provider: FIXTURE, ...options } } }, env: variables });
    await expect(load({}, env)).resolves.toMatchObject({ providerConfig: { token: 'tk-env', threads: 3 } });
    await expect(load({ token: 'tk-file' }, env)).resolves.toMatchObject({ providerConfig: { token: 'tk-file' } });
    expect(
      await refusalOf({ config: { environments: { dev: { provider: FIXTURE } } }, env: { FIXTURE_TOKEN: '' } }),
    ).toBe('config: environments.dev.token: expected a token that begins with tk-; found undefined');
  });

  it('says that a wrong value came from a variable, and does not repeat one that may be a secret', async () => {
    const config = { environments: { dev: { provider: FIXTURE, region: '${REGION}' } } };
    const message = await refusalOf({ config, env: { REGION: 'east', FIXTURE_TOKEN: 'hunter2-hunter2' } });
    expect(message).not.toContain('hunter2');
    expect(message).toBe(
      [
        '2 problems:',
        '  config: environments.dev.token: expected a token that begins with tk-; found "${FIXTURE_TOKEN}"',
        '  config: environments.dev.region: expected north or south; found "east" (from ${REGION})',
      ].join('\n'),
    );
  });

  it('does not repeat a secret of the file that a plugin repeats', async () => {
    const config = { environments: { dev: { provider: FIXTURE, token: 'hunter2' } } };
    expect(await refusalOf({ config })).toBe(
      'config: environments.dev.token: expected a token that begins with tk-; found "…"',
    );
  });

  it('tells everything that is wrong at once, a line each, with file, path, what was expected and what was found', async () => {
    const cwd = configFolder({
      'anysession.config.yaml': `
owner: Data Platform
enviroments: {}
environments:
  dev:
    provider: ${FIXTURE}
    token: \${MISSING}
    thread: 4
    idleTimeoutMs: 5
    threads: many
    session:
      idleTimeoutMs: 30m
      maxLifetimeMs: -1
      size: huge
      labels: { n: 1, d: 2026-01-01 }
      sparkconf: {}
`,
    });
    expect(await refusalOf({ cwd })).toBe(
      [
        '12 problems:',
        'owner: expected 1 to 63 lower-case letters, digits, - and _; found "Data Platform"',
        'enviroments: unknown key; did you mean environments?',
        'environments.dev.token: variable MISSING is not set. Set it or write a default: ${MISSING:-…}',
        'environments.dev.session.idleTimeoutMs: expected a whole number, 1 or more; found "30m" (in milliseconds that is 1800000)',
        'environments.dev.session.maxLifetimeMs: expected a whole number, 1 or more; found -1',
        'environments.dev.session.labels.n: expected a string; found 1 (put it in quotes)',
        'environments.dev.session.labels.d: expected a string; found a date (put it in quotes to make it a string)',
        'environments.dev.session.size: expected one of small, medium, large; found "huge"',
        'environments.dev.session.sparkconf: unknown key; did you mean sparkConf?',
        'environments.dev.thread: unknown key; did you mean threads?',
        'environments.dev.idleTimeoutMs: belongs in `session`: session: { idleTimeoutMs: … }',
        'environments.dev.threads: expected a whole number; found "many"',
      ].join('\n  anysession.config.yaml: '),
    );
  });

  it.each([
    [{}, 'environments: expected a map; found nothing'],
    [{ environments: {} }, 'environments: expected at least one environment; found none'],
    [{ environments: [] }, 'environments: expected a map; found a list'],
    [{ environments: { dev: 'local' } }, 'environments.dev: expected a map; found "local"'],
    [{ environments: { dev: null } }, 'environments.dev: expected a map; found an empty value'],
    [{ environments: { dev: {} } }, 'environments.dev.provider: expected a non-empty string; found nothing'],
    [{ environments: { dev: { provider: '' } } }, 'environments.dev.provider: expected a non-empty string; found ""'],
    [
      { environments: { dev: { provider: 5 } } },
      'environments.dev.provider: expected a non-empty string; found 5 (put it in quotes)',
    ],
    [
      { environments: { dev: { ...DEV, session: null } } },
      'environments.dev.session: expected a map; found an empty value',
    ],
    [
      { environments: { dev: { ...DEV, session: { password: 5 } } } },
      'environments.dev.session.password: unknown key; known here: idleTimeoutMs, maxLifetimeMs, maxSpend, labels, size, sparkConf, queueTimeoutMs',
    ],
    [
      { provider: 'local', environments: { dev: DEV } },
      'provider: unknown key; known here: $schema, extends, defaultEnvironment, owner, environments',
    ],
  ])('refuses %j', async (config, message) => {
    expect(await refusalOf({ config: config as never })).toBe(`config: ${message}`);
  });

  it.each([
    [5, 'found 5'],
    [null, 'found an empty value'],
    [[], 'found a list'],
  ])('refuses %j in place of a configuration', async (config, found) => {
    expect(await refusalOf({ config: config as never })).toBe(
      `config: expected a file path or a configuration object; ${found}`,
    );
  });

  it('cannot be misled by the name __proto__', async () => {
    const cwd = configFolder({
      'base.yaml': `environments: { dev: { provider: ${FIXTURE} } }`,
      'anysession.config.yaml':
        'extends: base.yaml\n__proto__: { owner: x }\nenvironments: { __proto__: { token: tk-1 } }',
    });
    const message = await refusalOf({ cwd, environment: 'dev' });
    expect(message).toContain('anysession.config.yaml: __proto__: unknown key');
    expect(({} as Record<string, unknown>)['owner']).toBeUndefined();
  });
});
