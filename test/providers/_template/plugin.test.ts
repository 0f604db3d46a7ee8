import { describe, expect, it } from 'vitest';
import { loadOnce, loadSdk } from '../../../providers/_template/client.ts';
import { toSessionError } from '../../../providers/_template/errors.ts';
import { plugin } from '../../../providers/_template/plugin.ts';
import { RecordingLogger, SeededRandom, VirtualClock } from '../../../src/testing/index.ts';

const config = { project: 'research', region: 'north' };
const call = { signal: new AbortController().signal, deadline: Number.POSITIVE_INFINITY, attempt: 1 };
const ports = { clock: new VirtualClock(), random: new SeededRandom(), logger: new RecordingLogger() };

describe('options', () => {
  it('are read, and what is not given is filled in', () => {
    expect(plugin.parseOptions({ project: 'research' })).toEqual({ ok: true, config });
  });

  it('are refused with every wrong path at once', () => {
    const parsed = plugin.parseOptions({ project: '', region: 7 });
    const paths = parsed.ok ? [] : parsed.problems.map((problem) => problem.path.join('.'));
    expect(paths).toEqual(['project', 'region']);
    expect(plugin.parseOptions({ project: 'research', reigon: 'north' })).toMatchObject({ ok: false });
  });

  it('that may come from the environment are options of the schema', () => {
    const { properties } = plugin.optionsSchema() as { readonly properties: object };
    expect(Object.keys(plugin.environmentVariables).filter((name) => !(name in properties))).toEqual([]);
  });
});

describe('C-004', () => {
  it('the client is loaded at the first call, once, and again after a failure', async () => {
    let loads = 0;
    const load = loadOnce(() => {
      loads += 1;
      return loads === 1 ? Promise.reject(new Error('not installed')) : loadSdk(config);
    });
    expect(loads).toBe(0);
    await expect(load()).rejects.toThrow('not installed');
    const [one, other] = await Promise.all([load(), load()]);
    expect([one === other, loads]).toEqual([true, 2]);
  });

  it('a provider that was made of the plugin works', async () => {
    const provider = plugin.create(config, ports);
    const request = { owner: 'me', token: `t${'0'.repeat(39)}`, idleTimeoutMs: 60_001, labels: { team: 'data' } };
    const { handle, state, details } = await provider.start(request, call);
    expect(handle).toMatchObject({ provider: 'template', scope: 'research/north' });
    expect([state, details.idleTimeoutMs, details.labels]).toEqual(['creating', 120_000, { team: 'data' }]);
    await provider.close();
  });
});

describe('errors', () => {
  const origin = { operation: 'start', provider: 'template' } as const;

  it('that no table knows are kept word for word, and may have had an effect', () => {
    const error = toSessionError(Object.assign(new Error('tea'), { code: 'Teapot', status: 418 }), origin, call.signal);
    expect(error).toMatchObject({ kind: 'unexpected', effect: 'unknown', native: { code: 'Teapot', httpStatus: 418 } });
    expect(error.message).toContain('tea');
    expect(toSessionError(error, origin, call.signal)).toBe(error);
  });

  it.each([
    ['TooManyRequests', 'rate-limited', 'none'],
    ['Unavailable', 'unavailable', 'unknown'],
    ['QuotaExceeded', 'quota-exceeded', 'none'],
    ['Unauthenticated', 'unauthenticated', 'none'],
    ['InvalidArgument', 'invalid-request', 'none'],
    ['AlreadyExists', 'conflict', 'none'],
  ])('%s is %s with effect %s', (code, kind, effect) => {
    const native = Object.assign(new Error('no'), { code, retryAfterMs: 500 });
    expect(toSessionError(native, origin, call.signal)).toMatchObject({ kind, effect, retryAfterMs: 500 });
  });
});
