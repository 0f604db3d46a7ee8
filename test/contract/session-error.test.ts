import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { ERROR_KINDS, isErrorKind, type ErrorKind } from '../../src/contract/error-kinds.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import type { Observation } from '../../src/contract/observation.ts';
import type { SessionHandle } from '../../src/contract/session-handle.ts';

const HANDLE: SessionHandle = { v: 1, provider: 'local', scope: 'laptop', id: 'ss-1' };
const OBSERVATION: Observation = {
  handle: HANDLE,
  nativeState: 'BROKEN',
  state: 'failed',
  acceptsWork: false,
  final: true,
  observedAtMs: 5,
  details: {},
};

/** The error table of the house: kind, retry, does the layer retry, HTTP status, exit code. */
const TABLE = [
  ['config-invalid', 'permanent', false, 400, 2],
  ['invalid-request', 'permanent', false, 422, 2],
  ['unauthenticated', 'permanent', false, 401, 3],
  ['forbidden', 'permanent', false, 403, 3],
  ['not-found', 'permanent', false, 404, 4],
  ['conflict', 'permanent', false, 409, 5],
  ['quota-exceeded', 'temporary', false, 429, 6],
  ['rate-limited', 'temporary', true, 429, 6],
  ['unavailable', 'temporary', true, 503, 7],
  ['timeout', 'temporary', true, 504, 8],
  ['aborted', 'permanent', false, 499, 130],
  ['unsupported', 'permanent', false, 501, 9],
  ['session-failed', 'permanent', false, 502, 10],
  ['unexpected', 'permanent', false, 502, 11],
  ['internal', 'permanent', false, 500, 70],
] as const satisfies readonly (readonly [ErrorKind, ...unknown[]])[];

describe('the kinds of error', () => {
  it('are exactly these, closed and frozen', () => {
    expect(Object.keys(ERROR_KINDS)).toEqual(TABLE.map(([kind]) => kind));
    expect(Object.isFrozen(ERROR_KINDS)).toBe(true);
    expect(TABLE.every(([kind]) => isErrorKind(kind))).toBe(true);
    expect(['', 'Timeout', 'toString', 'constructor', undefined, 7].filter(isErrorKind)).toEqual([]);
  });

  it.each(TABLE)('%s: %s, retried by the layer %s, HTTP %i, exit %i', (kind, retry, byLayer, httpStatus, exitCode) => {
    expect(ERROR_KINDS[kind]).toMatchObject({ retry, retriedByLayer: byLayer, httpStatus, exitCode });
    const { advice } = new SessionError(kind, 'x', { operation: 'describe' });
    expect(advice ?? 'None.').toMatch(/^[A-Z].+\.$/);
    expect(new SessionError(kind, 'x', { operation: 'describe' })).toMatchObject({ kind, retry, effect: 'none' });
  });
});

describe('SessionError', () => {
  const cause = new Error('password=hunter2');
  const error = new SessionError('timeout', 'no answer', {
    operation: 'start',
    effect: 'unknown',
    provider: 'local',
    handle: HANDLE,
    native: { code: 'E_TIME', requestId: 'r-1', httpStatus: 504 },
    retryAfterMs: 250,
    observation: OBSERVATION,
    cause,
  });

  it('is an Error whose message does not repeat its kind', () => {
    expect(error).toBeInstanceOf(Error);
    expect([error.name, error.message, error.cause]).toEqual(['SessionError', 'no answer', cause]);
    expect(String(error)).toBe('SessionError: no answer');
  });

  it('has no cause when there is none', () => {
    expect('cause' in new SessionError('internal', 'x', { operation: 'start' })).toBe(false);
  });

  it('is told apart by kind', () => {
    expect([SessionError.is(error), SessionError.is(error, 'timeout'), SessionError.is(error, 'aborted')]).toEqual([
      true,
      true,
      false,
    ]);
    expect([undefined, null, 'timeout', { kind: 'timeout' }, new Error('x')].filter((x) => SessionError.is(x))).toEqual(
      [],
    );
  });

  it('is told apart across two copies of the package, where instanceof fails', async () => {
    vi.resetModules();
    const other = await import('../../src/contract/session-error.ts');
    expect(other.SessionError).not.toBe(SessionError);
    const foreign = new other.SessionError('conflict', 'x', { operation: 'start' });
    expect(foreign).not.toBeInstanceOf(SessionError);
    expect(SessionError.is(foreign, 'conflict')).toBe(true);
    expect(other.SessionError.is(error, 'timeout')).toBe(true);
  });

  it('with() fills in details and keeps message, stack, cause and the rest', () => {
    const told = error.with({ provider: 'emr', retry: 'persistent', handle: { ...HANDLE, id: 'ss-2' } });
    expect(told).not.toBe(error);
    expect([told.message, told.stack, told.cause]).toEqual([error.message, error.stack, cause]);
    expect(told).toMatchObject({
      kind: 'timeout',
      operation: 'start',
      effect: 'unknown',
      retry: 'persistent',
      provider: 'emr',
      handle: { id: 'ss-2' },
      native: error.native,
      retryAfterMs: 250,
      observation: OBSERVATION,
    });
    expect([error.provider, error.retry]).toEqual(['local', 'temporary']);
  });

  it('with() lives without a stack', () => {
    const bare = new SessionError('internal', 'x', { operation: 'start' });
    delete (bare as { stack?: string }).stack;
    expect(bare.with({ provider: 'emr' })).toMatchObject({ message: 'x', provider: 'emr' });
  });

  it('toJSON() holds what a log needs, and no stack, cause or secret', () => {
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      kind: 'timeout',
      message: 'no answer',
      operation: 'start',
      retry: 'temporary',
      effect: 'unknown',
      provider: 'local',
      handle: HANDLE,
      native: { code: 'E_TIME', requestId: 'r-1', httpStatus: 504 },
      retryAfterMs: 250,
      advice: 'Allow more time, or check whether it happened.',
    });
    expect(JSON.stringify(error)).not.toContain('hunter2');
  });

  const ADVICE = 'Use another key, or `restart: true` to start a new one.';
  const advised = new SessionError('conflict', "the session with key 'k' has ended", {
    operation: 'start',
    advice: ADVICE,
    native: { code: 'SessionAlreadyExistsException', requestId: 'r-2' },
    observation: OBSERVATION,
    cause: new Error('a cause of its own'),
  });

  it('a reason of a service that ends with a full stop has no second one before the advice', () => {
    const { message } = new SessionError('session-failed', 'ended: Cluster j-1 was terminated.', {
      operation: 'sql',
      advice: ADVICE,
    });
    expect(message).toBe(`ended: Cluster j-1 was terminated. ${ADVICE}`);
  });

  it('the message ends with the advice that was given, once, also after with()', () => {
    expect(advised.message).toBe(`the session with key 'k' has ended. ${ADVICE}`);
    const again = advised.with({ provider: 'athena' }).with({ handle: HANDLE });
    expect(again).toMatchObject({ message: advised.message, advice: ADVICE, provider: 'athena', handle: HANDLE });
    expect(error.with({ provider: 'emr' })).toMatchObject({ message: 'no answer', advice: error.advice });
    expect(new SessionError('invalid-request', 'x', { operation: 'sql' }).advice).toBeUndefined();
  });

  it.each([
    [
      advised,
      "SessionError [conflict] the session with key 'k' has ended.",
      ADVICE,
      '  code: SessionAlreadyExistsException, request r-2',
    ],
    [
      error,
      'SessionError [timeout] no answer',
      'Allow more time, or check whether it happened.',
      '  code: E_TIME, request r-1',
    ],
  ])('inspect prints kind, message, native code, advice and cause in a few lines', (shown, first, advice, code) => {
    const lines = inspect(shown).split('\n');
    expect(lines.slice(0, 3)).toEqual([first, code, `→ ${advice}`]);
    expect(lines.slice(3, -1).every((line) => /^ +at .*session-error\.test\.ts/.test(line))).toBe(true);
    expect(lines.at(-1)).toMatch(/^ {2}caused by Error: (a cause of its own|password=hunter2)$/);
    expect(lines.length).toBeLessThan(8);
    expect(inspect({ nested: shown })).toContain(first);
  });

  it('inspect hides the secrets of addresses in a cause, and prints the whole stack of a bug', () => {
    const cause = new Error('cannot reach sc://host:443/;token=hunter2');
    const bug = new SessionError('internal', 'x', { operation: 'start', cause });
    expect(inspect(bug)).toMatch(/caused by Error: cannot reach sc:.*\n +at /);
    expect(inspect(bug)).not.toContain('hunter2');
  });

  it('has no enumerable members that are undefined or large: Node.js prints them when the error ends the process', () => {
    expect(Object.keys(new SessionError('aborted', 'x', { operation: 'start' }))).toEqual([
      ...['kind', 'operation', 'retry', 'effect'],
    ]);
    expect(Object.keys(advised)).toEqual(['kind', 'operation', 'retry', 'effect', 'native', 'advice']);
    expect(inspect(advised, { customInspect: false })).toMatch(/^SessionError: the session/);
  });
});
