import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load-config.ts';
import { selectEnvironment } from '../../src/config/read-config.ts';
import { FIXTURE, refusalOf } from './config-folder.ts';

const DEV = { provider: FIXTURE, token: 'tk-1' };
const environments = { dev: DEV, test: DEV, prod: DEV };

describe('selectEnvironment', () => {
  const choose = (argument?: string, variable?: string, defaultEnvironment?: string, among: object = environments) =>
    selectEnvironment({ environments: { ...among }, env: { ANYSESSION_ENV: variable }, defaultEnvironment }, argument)
      .name;

  it('takes the argument, then ANYSESSION_ENV, then the default, then the only one', () => {
    expect(choose('dev', 'test', 'prod')).toBe('dev');
    expect(choose(undefined, 'test', 'prod')).toBe('test');
    expect(choose(undefined, undefined, 'prod')).toBe('prod');
    expect(choose(undefined, '', 'prod')).toBe('prod');
    expect(choose(undefined, undefined, undefined, { only: DEV })).toBe('only');
    expect(choose()).toBeUndefined();
  });

  it('is what loadConfig goes by', async () => {
    const config = { defaultEnvironment: 'prod', environments };
    await expect(loadConfig({ config, environment: 'dev', env: { ANYSESSION_ENV: 'test' } })).resolves.toMatchObject({
      environment: 'dev',
    });
    await expect(loadConfig({ config, env: { ANYSESSION_ENV: 'test' } })).resolves.toMatchObject({
      environment: 'test',
    });
    await expect(loadConfig({ config, env: {} })).resolves.toMatchObject({ environment: 'prod' });
  });

  it.each([
    [
      { environment: 'prdo' },
      {},
      'config: unknown environment "prdo"; did you mean prod? (environments: dev, test, prod)',
    ],
    [{ environment: '' }, {}, 'config: unknown environment "" (environments: dev, test, prod)'],
    [
      { env: { ANYSESSION_ENV: 'staging' } },
      {},
      'config: unknown environment "staging" (from ANYSESSION_ENV) (environments: dev, test, prod)',
    ],
    [
      {},
      { defaultEnvironment: 'Dev' },
      'config: defaultEnvironment: unknown environment "Dev"; did you mean dev? (environments: dev, test, prod)',
    ],
    [
      {},
      {},
      'config: no environment is selected (environments: dev, test, prod): set ANYSESSION_ENV, pass `environment` ' +
        '(command line: --env), or write `defaultEnvironment`',
    ],
  ])('asks for %j with %j: says which there are', async (request, top, message) => {
    expect(await refusalOf({ ...request, config: { ...top, environments } })).toBe(message);
  });
});
