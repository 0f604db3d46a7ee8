import { describe, expect, it } from 'vitest';
import { builtInPlugins, loadPlugin } from '../../src/config/plugin-catalog.ts';
import { optionNames, optionsFromVariables, readOptions } from '../../src/config/read-environment.ts';
import { createFixturePlugin } from './fixtures/fixture-plugin.ts';

const FIXTURE_PLUGIN = createFixturePlugin('fixture');

describe('readOptions', () => {
  it('says whose option it is when another built-in provider has it', async () => {
    const { problems } = await readOptions(FIXTURE_PLUGIN, { token: 'tk-1', memoryLimit: '2GB' });
    expect(problems).toEqual([{ path: ['memoryLimit'], message: 'is an option of local, not of fixture' }]);
  });

  it('tells the options of every two built-in providers apart', async () => {
    const local = await loadPlugin('local', undefined);
    for (const other of await builtInPlugins()) {
      const foreign = optionNames(other)?.find((name) => !optionNames(local)?.includes(name));
      if (foreign === undefined) continue;
      const { problems } = await readOptions(local, { [foreign]: 'x' });
      expect(problems).toHaveLength(1);
      expect(problems[0]?.message).toMatch(new RegExp(`^is an option of .*${other.id}.*, not of local$`));
    }
  });

  it('takes a near miss for a typo, and lists the options for anything else', async () => {
    const { problems } = await readOptions(FIXTURE_PLUGIN, { token: 'tk-1', regoin: 'north', colour: 'blue' });
    expect(problems.map(({ message }) => message)).toEqual([
      'unknown key; did you mean region?',
      'unknown key; known here: provider, session, token, threads, verbose, region, tags',
    ]);
  });

  it('hands a plugin that takes any option all of them', async () => {
    const open = {
      ...FIXTURE_PLUGIN,
      optionsSchema: () => ({ properties: { token: {} }, additionalProperties: true }),
    };
    expect(optionNames(open)).toBeUndefined();
    await expect(readOptions(open, { token: 'tk-1', colour: 'blue' })).resolves.toMatchObject({ problems: [] });
    expect(optionNames({ ...FIXTURE_PLUGIN, optionsSchema: () => ({}) })).toBeUndefined();
  });
});

describe('optionsFromVariables', () => {
  it('fills only what the file leaves out', async () => {
    const env = { FIXTURE_TOKEN: 'tk-1', FIXTURE_THREADS: '2' };
    expect(await optionsFromVariables(FIXTURE_PLUGIN, { threads: 1 }, env)).toEqual([
      { path: ['token'], template: '${FIXTURE_TOKEN}', text: 'tk-1' },
    ]);
  });
});
