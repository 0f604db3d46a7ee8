import { RecordingLogger, SeededRandom, VirtualClock } from 'anysession/testing';
import { describe, expect, it } from 'vitest';
import { toSessionError } from '../src/errors.ts';
import { plugin } from '../src/plugin.ts';

const config = { project: 'research', region: 'north' };
const call = { signal: new AbortController().signal, deadline: Number.POSITIVE_INFINITY, attempt: 1 };
const ports = { clock: new VirtualClock(), random: new SeededRandom(), logger: new RecordingLogger() };

describe('options', () => {
  it('have defaults', () => {
    expect(plugin.parseOptions({ project: 'research' })).toEqual({ ok: true, config });
  });

  it('report all problems at once', () => {
    const parsed = plugin.parseOptions({ project: '', region: 7 });
    const paths = parsed.ok ? [] : parsed.problems.map((problem) => problem.path.join('.'));
    expect(paths).toEqual(['project', 'region']);
    expect(plugin.parseOptions({ project: 'research', reigon: 'north' })).toMatchObject({ ok: false });
  });

  it('have environment variables only if they exist', () => {
    const { properties } = plugin.optionsSchema() as { readonly properties: object };
    expect(Object.keys(plugin.environmentVariables).filter((name) => !(name in properties))).toEqual([]);
  });
});

describe('the plugin', () => {
  it('creates a provider that works', async () => {
    const provider = plugin.create(config, ports);
    const request = { owner: 'me', token: `t${'0'.repeat(39)}`, idleTimeoutMs: 60_001, labels: { team: 'data' } };
    const { handle, state, details } = await provider.start(request, call);
    expect(handle).toMatchObject({ provider: 'template', scope: 'research/north' });
    expect([state, details.idleTimeoutMs, details.labels]).toEqual(['creating', 120_000, { team: 'data' }]);
    await provider.close();
  });
});

describe('errors', () => {
  const failed = { operation: 'start', handle: undefined, scope: 'research/north', nowMs: 0 } as const;

  it('that no table knows keep their message, and the service may have acted', () => {
    const error = toSessionError(Object.assign(new Error('tea'), { code: 'Teapot', status: 418 }), failed);
    expect(error).toMatchObject({ kind: 'unexpected', effect: 'unknown', native: { code: 'Teapot', httpStatus: 418 } });
    expect(error.message).toContain('tea');
    expect(toSessionError(error, failed)).toBe(error);
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
    expect(toSessionError(native, failed)).toMatchObject({ kind, effect, retryAfterMs: 500 });
  });
});
