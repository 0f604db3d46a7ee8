import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../src/config/check-config.ts';
import { formatProblem } from '../../src/config/config-problem.ts';
import { configFolder, FIXTURE } from './config-folder.ts';

const SPARK = { provider: FIXTURE, token: '${TOKEN:-tk-1}' };
const DUCKDB = { provider: new URL('../../src/testing/scripted-plugin.ts', import.meta.url).pathname };

const check = (config: object, environment?: string) => checkConfig({ config: config as never, environment, env: {} });

describe('checkConfig', () => {
  it('checks all environments and tells the problems of each', async () => {
    const environments = { dev: { ...SPARK, threads: 'x' }, prod: { provider: FIXTURE, token: '${PROD_TOKEN}' } };
    const report = await check({ owner: 'A', defaultEnvironment: 'dve', environments });
    expect(report.problems.map(formatProblem)).toEqual([
      'config: owner: expected 1 to 63 lower-case letters, digits, - and _; found "A"',
      'config: defaultEnvironment: unknown environment "dve"; did you mean dev? (environments: dev, prod)',
      'config: environments.dev.threads: expected a whole number; found "x"',
      'config: environments.prod.token: variable PROD_TOKEN is not set. Set it or write a default: ${PROD_TOKEN:-…}',
    ]);
    expect(report.selected).toBeUndefined();
  });

  it('checks one environment when it is named', async () => {
    const environments = { dev: SPARK, prod: { provider: FIXTURE, token: '${PROD_TOKEN}' } };
    const report = await check({ environments }, 'dev');
    expect(report).toMatchObject({ file: 'config', selected: 'dev', problems: [] });
    expect(report.environments).toEqual([{ name: 'dev', provider: 'fixture', dialect: 'spark' }]);
    const unknown = await check({ environments }, 'staging');
    expect(unknown.problems.map(formatProblem)).toEqual([
      'config: unknown environment "staging" (environments: dev, prod)',
    ]);
  });

  it('says what the options of an environment make of its provider', async () => {
    const environments = { plain: { provider: 'local' }, spark: { provider: 'local', engine: 'sail' } };
    const report = await check({ defaultEnvironment: 'plain', environments });
    expect(report.environments.map(({ dialect }) => dialect)).toEqual(['duckdb', 'spark']);
    expect(report.warnings).toEqual([expect.stringMatching(/duckdb \(plain\), spark \(spark\)$/)]);
  });

  it('says which environment would be taken', async () => {
    const environments = { dev: SPARK, prod: SPARK };
    const named = { config: { defaultEnvironment: 'dev', environments }, env: { ANYSESSION_ENV: 'prod' } };
    await expect(checkConfig(named)).resolves.toMatchObject({ selected: 'prod', problems: [], warnings: [] });
    // An ANYSESSION_ENV that is meant for another file is not wrong in this one.
    const foreign = { ...named, env: { ANYSESSION_ENV: 'other' } };
    await expect(checkConfig(foreign)).resolves.toMatchObject({ selected: undefined, problems: [] });
  });

  it('goes over a broken environment to the others', async () => {
    const report = await check({ environments: { dev: 5, test: { provider: 'nope' }, prod: SPARK } });
    expect(report.environments).toEqual([
      { name: 'test', provider: undefined, dialect: undefined },
      { name: 'prod', provider: 'fixture', dialect: 'spark' },
    ]);
    expect(report.problems.map(({ path }) => path.join('.'))).toEqual([
      'environments.dev',
      'environments.test.provider',
    ]);
  });

  it('names the files', async () => {
    const cwd = configFolder({
      'base.yaml': `environments: { prod: { provider: ${FIXTURE}, token: 1 } }`,
      'anysession.config.yaml': `extends: base.yaml\nenvironments: { dev: { provider: ${FIXTURE}, token: 2 } }`,
    });
    const { file, problems } = await checkConfig({ cwd, env: {} });
    expect(file).toBe('anysession.config.yaml');
    expect(problems.map((problem) => problem.file)).toEqual(['base.yaml', 'anysession.config.yaml']);
  });
});

describe('warnings', () => {
  it('tell that environments speak different SQL, also where one cannot be used here and now', async () => {
    const prod = { provider: FIXTURE, token: '${PROD_TOKEN}' };
    const { warnings } = await check({ defaultEnvironment: 'dev', environments: { dev: DUCKDB, test: SPARK, prod } });
    expect(warnings).toEqual(['the environments use different SQL dialects: duckdb (dev), spark (test, prod)']);
  });

  it('tell that several environments have no default', async () => {
    const { warnings } = await check({ environments: { dev: SPARK, prod: SPARK } });
    expect(warnings).toEqual([
      'no defaultEnvironment: select an environment for every run, with ANYSESSION_ENV or `environment`',
    ]);
  });

  it('tell what the provider will refuse at start', async () => {
    const session = { sparkConf: { a: 'b' }, labels: { a: 'b' }, idleTimeoutMs: 1, maxLifetimeMs: 90_000_000 };
    const { warnings } = await check({ environments: { dev: { ...SPARK, session } } });
    expect(warnings).toEqual([
      'environments.dev.session.sparkConf: fixture does not support sparkConf; starting a session will fail',
      'environments.dev.session.idleTimeoutMs: fixture supports 60000 to 28800000, not 1; starting a session will fail',
      'environments.dev.session.maxLifetimeMs: fixture supports 60000 to 86400000, not 90000000; starting a session will fail',
    ]);
  });

  it('tell that only sweeping ends old sessions of a service without a limit', async () => {
    const options = { provider: 'athena', region: 'us-east-1', workgroup: 'spark' };
    const { warnings } = await check({ environments: { dev: { ...options, session: { maxLifetimeMs: 3_600_000 } } } });
    expect(warnings).toEqual([
      'environments.dev.session.maxLifetimeMs: athena has no such limit; only `anysession sweep` ends older sessions',
    ]);
  });

  it('say nothing of what start will refuse before the environment itself is right', async () => {
    const prod = { provider: FIXTURE, token: '${PROD_TOKEN}', session: { idleTimeoutMs: 1 } };
    await expect(check({ environments: { prod } })).resolves.toMatchObject({ warnings: [] });
  });

  it('tell that a secret stands in a file, without repeating it', async () => {
    const { warnings } = await check({ environments: { dev: { provider: FIXTURE, token: 'tk-hunter2' } } });
    expect(warnings).toEqual([
      'environments.dev.token: this looks like a secret: keep it in a variable and write ${NAME}',
    ]);
  });
});
