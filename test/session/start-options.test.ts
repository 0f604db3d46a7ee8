import { describe, expect, it } from 'vitest';
import type { StartOptions } from '../../src/session/start-options.ts';
import { assertStartOptions } from '../../src/session/start-options.ts';
import { SessionError } from '../../src/contract/session-error.ts';

/** All that is said against options that a JavaScript caller gave. */
function problemsOf(options: unknown): readonly string[] {
  try {
    assertStartOptions(options as StartOptions);
  } catch (error) {
    if (!SessionError.is(error, 'invalid-request')) throw error;
    expect(error.operation).toBe('start');
    return error.message.split('\n');
  }
  return [];
}

const TEXT_128 = 'a text of 1 to 128 characters';
const TEXT_512 = 'a text of 1 to 512 characters';
const DURATION = 'a number of milliseconds above 0';

describe('assertStartOptions', () => {
  it('takes every option there is, and none', () => {
    const all: Required<StartOptions> = {
      name: 'n'.repeat(128),
      key: 'k'.repeat(512),
      restart: true,
      adopt: 'any',
      onClose: 'detach',
      maxSpend: 5,
      idleTimeoutMs: 1,
      maxLifetimeMs: 0.5,
      labels: { team: 'data' },
      size: 'large',
      sparkConf: {},
      native: 7,
      signal: new AbortController().signal,
      timeoutMs: 1_000,
      queueTimeoutMs: Number.POSITIVE_INFINITY,
      onQueued: () => {},
      onAbort: 'detach',
    };
    expect(problemsOf(all)).toEqual([]);
    expect(problemsOf({})).toEqual([]);
    expect(problemsOf(Object.fromEntries(Object.keys(all).map((name) => [name, undefined])))).toEqual([]);
  });

  it.each([
    ['name', TEXT_128, ['', ' ', 'n'.repeat(129), 7, null]],
    ['key', TEXT_512, ['', '\n', 'k'.repeat(513), ['k'], {}]],
    ['restart', 'true or false', ['yes', 1, null]],
    ['maxSpend', 'a number above 0', [0, -1, Number.NaN, '5 USD', null]],
    ['idleTimeoutMs', DURATION, [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '30m', null]],
    ['maxLifetimeMs', DURATION, [0, '1h']],
    ['labels', 'a map', [['team'], 'team', null]],
    ['size', 'one of small, medium, large', ['huge', 'Small', 2]],
    ['sparkConf', 'a map', [null]],
    ['signal', 'an AbortSignal', [new AbortController(), 'stop', null, { aborted: false }]],
    ['timeoutMs', 'a number of milliseconds, 0 or more', [-1, Number.NaN, '30s', null]],
    ['queueTimeoutMs', 'a number of milliseconds, 0 or more', [-1, '5m']],
    ['onQueued', 'a function', ['log', {}]],
    ['onAbort', 'one of terminate, detach', ['ignore', true]],
  ] as const)('refuses a wrong %s: it must be %s', (name, expected, values) => {
    const base = name === 'restart' ? { key: 'k' } : {};
    for (const value of values)
      expect(problemsOf({ ...base, [name]: value })).toEqual([
        expect.stringMatching(`^'${name}': expected ${expected}; found `),
      ]);
  });

  it('names the entry that is wrong', () => {
    expect(problemsOf({ labels: { team: 7 }, sparkConf: { 'spark.executor.cores': 4 } })).toEqual([
      "'labels.team': expected a string; found 7 (put it in quotes)",
      "'sparkConf.spark.executor.cores': expected a string; found 4 (put it in quotes)",
    ]);
  });

  it('names everything that is wrong at once, and what there is', () => {
    expect(problemsOf({ idleTimeout: 5, name: '', toString: 1, restart: true })).toEqual([
      '\'name\': expected a text of 1 to 128 characters; found ""',
      "'idleTimeout': unknown key; did you mean idleTimeoutMs?",
      expect.stringMatching(/^'toString': unknown key/),
      "'restart' needs a 'key'",
    ]);
  });

  it.each([[null], ['nightly'], [7], [['nightly']]])('refuses %j, which are no options', (options) => {
    expect(problemsOf(options)).toEqual([expect.stringMatching(/^options of start: expected a map; found /)]);
  });
});
