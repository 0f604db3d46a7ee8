import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { StatementOptions } from '../../src/statement/statement.ts';
import { settled } from './scripted-runner.ts';
import { Stage } from './stage.ts';
import { failureOf } from '../failure-of.ts';

/** The message that a request is refused with; the engine must not have been asked. */
async function refusal(text: unknown, options?: unknown): Promise<string> {
  const stage = new Stage();
  const error = await failureOf(() => stage.submit(text as string, options as StatementOptions));
  expect(error.kind).toBe('invalid-request');
  await settled();
  expect(stage.runner.executed).toEqual([]);
  return error.message;
}

async function bound(parameters: unknown): Promise<unknown> {
  const stage = new Stage();
  await stage.submit('SELECT ?', { parameters } as StatementOptions).done;
  return stage.runner.executed[0]?.request.parameters;
}

describe('the text', () => {
  it.each([[''], ['  \n\t'], [{}], [42], [null], [['SELECT 1']]])('%j is refused', async (text) => {
    expect(await refusal(text)).toMatch(/statement is (empty|a string; got)/);
  });
});

describe('wrong options are refused before anything is done', () => {
  it.each<[string, unknown, RegExp]>([
    ['null', null, /an object \{ parameters, signal, timeoutMs, maxRows, maxResultBytes \}; got null/],
    ['an array', [1], /got an object of Array/],
    [
      'a name that does not exist',
      { timeout: 5 },
      /Unknown statement option 'timeout'. The options are parameters, signal/,
    ],
    ['a signal that is none', { signal: {} }, /signal must be an AbortSignal; got an object/],
    ['timeoutMs 0', { timeoutMs: 0 }, /timeoutMs must be a number of milliseconds greater than 0; got 0/],
    ['timeoutMs below 0', { timeoutMs: -1 }, /got -1/],
    ['timeoutMs NaN', { timeoutMs: Number.NaN }, /got NaN/],
    ['timeoutMs Infinity', { timeoutMs: Number.POSITIVE_INFINITY }, /got Infinity/],
    ['timeoutMs as text', { timeoutMs: '1s' }, /got a string/],
    ['maxRows 0', { maxRows: 0 }, /maxRows must be a whole number, 1 or more; got 0/],
    ['maxResultBytes 0', { maxResultBytes: 0 }, /maxResultBytes must be a whole number, 1 or more; got 0/],
    ['maxRows 1.5', { maxRows: 1.5 }, /got 1.5/],
    ['maxRows as text', { maxRows: '5' }, /got a string/],
  ])('%s', async (_, options, message) => {
    expect(await refusal('SELECT 1', options)).toMatch(message);
  });

  it('an option that is undefined is an option that is absent', async () => {
    const statement = new Stage().submit('SELECT 1', {
      parameters: undefined,
      signal: undefined,
      timeoutMs: undefined,
      maxRows: undefined,
    });
    await statement.done;
    expect(statement.state).toBe('succeeded');
  });
});

describe('parameters', () => {
  const values = [null, true, 1.5, Number.NaN, 2n ** 100n, "it's", new Uint8Array([1]), new Date(0)];

  it('take every kind of value, by position and by name', async () => {
    expect(await bound(values)).toEqual(values);
    expect(await bound({ a: 1, b: null })).toEqual({ a: 1, b: null });
    expect(await bound([Buffer.from('x')])).toEqual([new Uint8Array([120])]);
    expect(await bound([])).toEqual([]);
    expect(await bound(Object.assign(Object.create(null), { a: 1 }))).toEqual({ a: 1 });
  });

  it('take values of another realm, as test runners hand them over', async () => {
    const foreign = runInNewContext('({ list: [new Uint8Array([7]), new Date(5)], record: { a: 1 } })');
    const [bytes, day] = (await bound(foreign.list)) as unknown[];
    expect(bytes instanceof Uint8Array && [...bytes]).toEqual([7]);
    expect(day instanceof Date && day.getTime()).toBe(5);
    expect(await bound(foreign.record)).toEqual({ a: 1 });
  });

  it('are what they were when the statement was submitted', async () => {
    const stage = new Stage();
    const bytes = Buffer.from([1, 2]);
    const day = new Date(5);
    const statement = stage.submit('SELECT ?', { parameters: [bytes, day] });
    bytes.fill(9);
    day.setTime(9);
    await statement.done;
    expect(stage.runner.executed[0]?.request.parameters).toEqual([new Uint8Array([1, 2]), new Date(5)]);
  });

  it('keep a name like __proto__ a name', async () => {
    const parameters = JSON.parse('{ "__proto__": "x" }') as Record<string, string>;
    expect(Object.entries((await bound(parameters)) as object)).toEqual([['__proto__', 'x']]);
  });

  it.each<[string, unknown, RegExp]>([
    ['undefined', [1, undefined], /Parameter 2 of 2 is undefined\. .* Pass null for SQL NULL/],
    ['a hole', [1, , 3], /Parameter 2 of 3 is undefined/],
    ['an object', [{}], /Parameter 1 of 1 is an object\. Pass null, a boolean/],
    ['an array', [1, 2, [3]], /Parameter 3 of 3 is an object of Array/],
    ['a function', { f: () => 1 }, /Parameter 'f' is a function/],
    ['a symbol', { s: Symbol('s') }, /Parameter 's' is a symbol/],
    ['an invalid Date', { day: new Date('soon') }, /Parameter 'day' is an invalid Date/],
    ['other arrays of numbers', [new Float64Array(1)], /Parameter 1 of 1 is an object of Float64Array/],
    [
      'a Map',
      new Map([['a', 1]]),
      /Parameters are an array, or a plain object of names and values; got an object of Map/,
    ],
    ['a text', 'abc', /Parameters are an array.*got a string/],
    ['null', null, /Parameters are an array.*got null/],
  ])('refuse %s', async (_, parameters, message) => {
    expect(await refusal('SELECT ?', { parameters })).toMatch(message);
  });

  it('are never shown in a message', async () => {
    expect(await refusal('SELECT ?', { parameters: 'hunter2' })).not.toContain('hunter2');
    expect(await refusal('SELECT ?', { parameters: { password: ['hunter2'] } })).not.toContain('hunter2');
  });
});
