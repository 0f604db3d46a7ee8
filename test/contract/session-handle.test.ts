import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertHandleScope } from '../../src/provider-kit/handle-scope.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import { HANDLE_VERSION, isSameSession, type SessionHandle } from '../../src/contract/session-handle.ts';
import { parseHandle } from '../../src/contract/parse-handle.ts';

const HANDLE: SessionHandle = { v: 1, provider: 'local', scope: 'laptop', id: 'ss-1' };

/** What `attempt` is refused with. */
function refusal(attempt: () => unknown): SessionError {
  try {
    attempt();
  } catch (error) {
    if (SessionError.is(error)) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('parseHandle', () => {
  const part = fc.string({ minLength: 1, maxLength: 512, unit: 'binary' }).filter((text) => text.trim() !== '');
  const handles = fc.record({ v: fc.constant(HANDLE_VERSION), provider: part, scope: part, id: part });

  it('reads back every handle that was written, as an object and as its JSON text', () => {
    fc.assert(
      fc.property(handles, (handle) => {
        expect(parseHandle(handle)).toEqual(handle);
        expect(parseHandle(JSON.stringify(handle))).toEqual(handle);
      }),
      { numRuns: 1000 },
    );
  }, 60_000);

  it('keeps only the four parts', () => {
    expect(parseHandle({ ...HANDLE, token: 'secret' })).toEqual(HANDLE);
  });

  it('takes parts of 512 characters and refuses longer ones by name', () => {
    expect(parseHandle({ ...HANDLE, id: 'x'.repeat(512) }).id).toHaveLength(512);
    expect(refusal(() => parseHandle({ ...HANDLE, id: 'x'.repeat(513) })).message).toBe(
      "the handle's id is longer than 512 characters",
    );
  });

  it.each([
    [2, '2'],
    ['1', '"1"'],
    [1.5, '1.5'],
    [1n, 'none'],
    [Object.create(null), 'none'],
    [undefined, 'none'],
    [null, 'none'],
  ])('refuses version %o and says which it reads', (v, shown) => {
    const error = refusal(() => parseHandle({ ...HANDLE, v }));
    expect(error.kind).toBe('invalid-request');
    expect(error.message).toContain(`this handle is of version ${shown} and this release reads version 1`);
  });

  it.each(['provider', 'scope', 'id'] as const)('refuses an empty, blank or missing %s', (name) => {
    for (const bad of ['', '  \t', undefined, null, 7, ['x']]) {
      const error = refusal(() => parseHandle({ ...HANDLE, [name]: bad }));
      expect(error.kind).toBe('invalid-request');
      expect(error.message).toBe(`the handle's ${name} must be a text that is not empty`);
    }
  });

  it.each([
    ['ss-1', 'must be its JSON form'],
    ['', 'must be its JSON form'],
    ['{"v":1', 'must be its JSON form'],
    ['null', 'got null'],
    ['5', 'got number'],
    ['"ss-1"', 'got string'],
    [null, 'got null'],
    [undefined, 'got undefined'],
    [7n, 'got bigint'],
    [[], 'this handle is of version none'],
    ['[]', 'this handle is of version none'],
  ])('refuses %o, which is no handle', (garbage, why) => {
    const error = refusal(() => parseHandle(garbage));
    expect([error.kind, error.operation]).toEqual(['invalid-request', 'attach']);
    expect(error.message).toContain(why);
  });

  it('never throws anything but a SessionError, whatever it is given', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.json()), (garbage) => {
        try {
          parseHandle(garbage);
        } catch (error) {
          expect(SessionError.is(error, 'invalid-request')).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  }, 60_000);
});

describe('isSameSession', () => {
  it('compares provider, scope and id', () => {
    expect(isSameSession(HANDLE, { ...HANDLE })).toBe(true);
    expect(isSameSession(HANDLE, { ...HANDLE, provider: 'emr' })).toBe(false);
    expect(isSameSession(HANDLE, { ...HANDLE, scope: 'desktop' })).toBe(false);
    expect(isSameSession(HANDLE, { ...HANDLE, id: 'ss-2' })).toBe(false);
  });
});

describe('assertHandleScope', () => {
  const place = { id: 'local', scope: 'laptop' };

  it('C-034 lets its own handle pass', () => {
    expect(() => {
      assertHandleScope(place, HANDLE, 'describe');
    }).not.toThrow();
  });

  it.each([
    [{ provider: 'athena' }, "of provider 'athena', not 'local'"],
    [{ scope: 'desktop' }, "of 'desktop', and this environment works in 'laptop'"],
    [{ id: '' }, 'the session id is empty'],
    [{ id: ' ' }, 'the session id is empty'],
  ])('C-034 refuses %j', (change, why) => {
    const handle = { ...HANDLE, ...change };
    const error = refusal(() => {
      assertHandleScope(place, handle, 'terminate');
    });
    expect(error).toMatchObject({ kind: 'invalid-request', operation: 'terminate', provider: 'local', handle });
    expect(error.message).toContain(why);
  });
});
