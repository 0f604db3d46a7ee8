import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { plugin } from '../../../providers/local/plugin.ts';
import { STATES } from '../../../providers/local/states.ts';

/** The rows of the first table below a heading of the README. */
function tableBelow(heading: string): string[][] {
  const readme = readFileSync(new URL('../../../providers/local/README.md', import.meta.url), 'utf8');
  const [, section = ''] = readme.split(`${heading}\n`);
  const lines = /(?:^\|.*\n)+/m.exec(section)?.[0].trimEnd().split('\n') ?? [];
  return lines.slice(2).map((line) => Array.from(line.slice(1, -1).split(' |'), (cell) => cell.trim()));
}

const schema = plugin.optionsSchema() as {
  readonly additionalProperties: unknown;
  readonly required?: unknown;
  readonly properties: Readonly<Record<string, { readonly description: string; readonly default?: unknown }>>;
};

describe('the options', () => {
  it('have defaults for all', () => {
    const absent = { pythonEnvironment: undefined, memoryLimit: undefined, threads: undefined };
    const config = { engine: 'duckdb', database: ':memory:', init: [], ...absent };
    expect(plugin.parseOptions({})).toEqual({ ok: true, config });
  });

  it('are taken unchanged', () => {
    const limits = { memoryLimit: '1.5 GiB', threads: 1024 };
    const options = { engine: 'duckdb', database: 'data/dev.db', ...limits, init: ['SELECT 1'] };
    expect(plugin.parseOptions(options)).toEqual({ ok: true, config: { ...options, pythonEnvironment: undefined } });
  });

  it.each(['512MB', '2GiB', '2gb', '0.5TB', '100 KB'])('accept %s of memory', (memoryLimit) => {
    expect(plugin.parseOptions({ memoryLimit }).ok).toBe(true);
  });

  it('report all problems at once, each with what was expected and what was found', () => {
    const values = { engine: 'spork', database: ' ', memoryLimit: '80%', threads: 0, init: ['SELECT 1', 2, ''] };
    const problems = [
      [['engine'], 'expected one of duckdb, sail, spark, or a map with `url`; found "spork"'],
      [['database'], 'expected a non-empty string; found " "'],
      [['memoryLimit'], 'expected a size such as "512MB" or "2GiB"; found "80%"'],
      [['threads'], 'expected a whole number from 1 to 1024; found 0'],
      [['init', 1], 'expected a non-empty string; found 2 (put it in quotes)'],
      [['init', 2], 'expected a non-empty string; found ""'],
      [['memory'], 'unknown key; known here: engine, pythonEnvironment, database, memoryLimit, threads, init'],
    ].map(([path, message]) => ({ path, message }));
    const parsed = plugin.parseOptions({ ...values, memory: '1GB', constructor: 1 });
    expect(parsed).toEqual({ ok: false, problems: expect.arrayContaining(problems) });
  });

  it.each([
    [{ threads: 1.5 }, 'expected a whole number from 1 to 1024; found 1.5'],
    [{ threads: 1025 }, 'expected a whole number from 1 to 1024; found 1025'],
    [{ threads: '2' }, 'expected a whole number from 1 to 1024; found "2"'],
    [{ init: 'SELECT 1' }, 'expected a list; found "SELECT 1"'],
    [{ memoryLimit: 5 }, 'expected a size such as "512MB" or "2GiB"; found 5 (put it in quotes)'],
    [{ memoryLimit: '0MB' }, 'expected a size such as "512MB" or "2GiB"; found "0MB"'],
    [{ memoryLimit: '-1GB' }, 'expected a size such as "512MB" or "2GiB"; found "-1GB"'],
    [{ database: [] }, 'expected a non-empty string; found a list'],
    [{ database: null }, 'expected a non-empty string; found an empty value'],
    [{ database: () => 1 }, 'expected a non-empty string; found a function'],
  ])('reject %o', (options, message) => {
    expect(plugin.parseOptions(options)).toEqual({ ok: false, problems: [{ path: Object.keys(options), message }] });
  });

  it.each([
    [{ engine: 'sail', pythonEnvironment: '.venv', init: ['SELECT 1'] }],
    [{ engine: 'spark', memoryLimit: '2GiB', threads: 2 }],
    [{ engine: { url: 'sc://localhost' } }],
  ])('accept %o', (options) => {
    expect(plugin.parseOptions(options)).toMatchObject({ ok: true, config: options });
  });

  it.each([
    [{ engine: 'duckdb', pythonEnvironment: '.venv' }, 'requires engine sail or spark; remove it'],
    [{ engine: 'sail', database: 'dev.db' }, 'requires engine duckdb; remove it'],
    [{ engine: 'sail', threads: 2 }, 'requires engine duckdb or spark; remove it'],
    [{ engine: { url: 'sc://host' }, memoryLimit: '1GB' }, 'requires engine duckdb or spark; remove it'],
  ])('reject what the engine does not support: %o', (options, message) => {
    const [, option = ''] = Object.keys(options);
    expect(plugin.parseOptions(options)).toEqual({ ok: false, problems: [{ path: [option], message }] });
  });

  it.each([
    [{ url: 'http://x/;token=hush-hush' }, ['engine', 'url']],
    [{ url: 'sc://x/;token=hush-hush;session_id=1' }, ['engine', 'url']],
    [{ url: 'sc://x/;token=hush-hush', port: 1 }, ['engine', 'port']],
    [{ url: ['hush-hush'] }, ['engine', 'url']],
    ['sc://x/;token=hush-hush', ['engine']],
  ])('repeat nothing of a URL that may contain a token: %o', (engine, path) => {
    const parsed = plugin.parseOptions({ engine });
    expect(parsed).toMatchObject({ ok: false, problems: [{ path }] });
    expect(JSON.stringify(parsed)).not.toContain('hush-hush');
  });

  it('have a JSON Schema for editors, without required or additional options', () => {
    expect(schema).toMatchObject({ type: 'object', additionalProperties: false });
    expect(schema.required).toBeUndefined();
    expect(Object.values(schema.properties).every(({ description }) => description.endsWith('.'))).toBe(true);
  });

  it('match the README', () => {
    const expected = Object.entries(schema.properties).map(([name, option]) => [
      `\`${name}\``,
      option.default === undefined ? '–' : `\`${JSON.stringify(option.default).replaceAll('"', '')}\``,
      option.description,
    ]);
    expect(tableBelow('## Options')).toEqual(expected);
  });
});

describe('the states', () => {
  it('match the README', () => {
    const rows = tableBelow('## Sessions');
    const states = rows.map(([native, state, meaning]) => [native, state, meaning!.startsWith('final:')]);
    const expected = Object.entries(STATES).map(([native, { state, final }]) => [
      `\`${native}\``,
      `\`${state}\``,
      final,
    ]);
    expect(states).toEqual(expected);
  });

  it('C-012 C-013 have meanings that the contract allows', () => {
    for (const { state, acceptsWork, final } of Object.values(STATES)) {
      if (final) expect(['terminated', 'failed']).toContain(state);
      if (state === 'ready') expect(acceptsWork).toBe(true);
      if (state !== 'ready' && state !== 'busy') expect(acceptsWork).toBe(false);
    }
  });
});

describe('the plugin', () => {
  it('C-001 has deeply frozen capabilities', () => {
    const { capabilities } = plugin;
    expect(Object.isFrozen(capabilities)).toBe(true);
    for (const value of Object.values(capabilities)) expect(Object.isFrozen(value)).toBe(true);
    expect(capabilities).toMatchObject({ dialect: 'duckdb', sql: true, outlivesProcess: false });
  });
});
