import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load-config.ts';
import { selectEnvironment } from '../../src/config/select-environment.ts';
import { FIXTURE, refusalOf } from './config-folder.ts';

const DEV = { provider: FIXTURE, token: 'tk-1' };
const environments = { dev: DEV, test: DEV, prod: DEV };

describe('selectEnvironment', () => {
  const choose = (argument?: string, variable?: string, defaultEnvironment?: string, names = ['dev', 'test', 'prod']) =>
    selectEnvironment(names, { argument, variable, defaultEnvironment }).name;

  it('takes the argument, then ANYSESSION_ENV, then the default, then the only one', () => {
    expect(choose('dev', 'test', 'prod')).toBe('dev');
    expect(choose(undefined, 'test', 'prod')).toBe('test');
    expect(choose(undefined, undefined, 'prod')).toBe('prod');
    expect(choose(undefined, '', 'prod')).toBe('prod');
    expect(choose(undefined, undefined, undefined, ['only'])).toBe('only');
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
      'config: there is no environment "prdo"; did you mean prod? (there are: dev, test, prod)',
    ],
    [{ environment: '' }, {}, 'config: there is no environment "" (there are: dev, test, prod)'],
    [
      { env: { ANYSESSION_ENV: 'staging' } },
      {},
      'config: there is no environment "staging" (asked for by ANYSESSION_ENV) (there are: dev, test, prod)',
    ],
    [
      {},
      { defaultEnvironment: 'Dev' },
      'config: defaultEnvironment: there is no environment "Dev"; did you mean dev? (there are: dev, test, prod)',
    ],
    [
      {},
      {},
      'config: which environment? there are: dev, test, prod; set ANYSESSION_ENV, pass `environment` ' +
        '(on the command line --env), or write `defaultEnvironment`',
    ],
  ])('asks for %j with %j: says which there are', async (request, top, message) => {
    expect(await refusalOf({ ...request, config: { ...top, environments } })).toBe(message);
  });
});
