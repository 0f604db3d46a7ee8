import { describe, expect, it } from 'vitest';
import { commonKind, mayHaveActed, readFailure } from '../../../providers/_aws/failure.ts';
import { isTlsCode } from '../../../src/provider-kit/network-failure.ts';
import { toSessionError } from '../../../providers/athena/errors.ts';

const NOW_MS = Date.UTC(2026, 10, 20, 12, 0, 0);

function thrown(message: string, members: object): Error {
  return Object.assign(new Error(message), members);
}

describe('reading what an SDK threw', () => {
  it('reads a service exception', () => {
    const error = thrown('no such workgroup', {
      name: 'InvalidRequestException',
      $fault: 'client',
      $metadata: { httpStatusCode: 400, requestId: 'r-1' },
    });
    expect(readFailure(error, NOW_MS)).toEqual({
      stage: 'answer',
      code: 'InvalidRequestException',
      message: 'no such workgroup',
      httpStatus: 400,
      requestId: 'r-1',
      retryAfterMs: undefined,
    });
  });

  it('leaves out the words of the SDK about an answer that it could not read', () => {
    const error = new SyntaxError('Unexpected token < … inspect the hidden field {error}.$response');
    Object.assign(error, { $metadata: { httpStatusCode: 503 } });
    expect(readFailure(error, NOW_MS)).toMatchObject({ stage: 'answer', message: '', httpStatus: 503 });
  });

  it.each([
    ['ECONNREFUSED', { syscall: 'connect' }, 'connect', 'unavailable', false],
    ['ENOTFOUND', { syscall: 'getaddrinfo' }, 'connect', 'unavailable', false],
    ['ETIMEDOUT', { syscall: 'connect' }, 'connect', 'unavailable', false],
    ['ETIMEDOUT', { syscall: 'read' }, 'wire', 'unavailable', true],
    ['ECONNRESET', {}, 'wire', 'unavailable', true],
    ['EPIPE', {}, 'wire', 'unavailable', true],
    ['ERR_INVALID_CHAR', {}, 'local', 'internal', false],
    ['ERR_UNESCAPED_CHARACTERS', {}, 'local', 'internal', false],
    ['ERR_OSSL_UNSUPPORTED', {}, 'local', 'internal', false],
    ['ENOENT', { syscall: 'open' }, 'local', 'internal', false],
    ['EACCES', { syscall: 'open' }, 'local', 'internal', false],
    ['EACCES', { syscall: 'connect' }, 'connect', 'unavailable', false],
    ['ERR_STREAM_PREMATURE_CLOSE', {}, 'wire', 'unavailable', true],
    ['CERT_HAS_EXPIRED', {}, 'connect', 'config-invalid', false],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', {}, 'connect', 'config-invalid', false],
    ['ERR_TLS_CERT_ALTNAME_INVALID', {}, 'connect', 'config-invalid', false],
  ])('takes %s %j for %s', (code, members, stage, kind, acted) => {
    const failure = readFailure(thrown('socket', { code, ...members }), NOW_MS);
    expect(failure.stage).toBe(stage);
    expect(commonKind(failure)).toBe(kind);
    expect(mayHaveActed(failure)).toBe(acted);
  });

  it.each(['CredentialsProviderError', 'TokenProviderError', 'ProviderError'])(
    'takes %s for missing credentials',
    (name) => {
      const failure = readFailure(thrown('none found', { name }), NOW_MS);
      expect(commonKind(failure)).toBe('unauthenticated');
      expect(mayHaveActed(failure)).toBe(false);
    },
  );

  it.each([
    [400, 'unexpected', false],
    [401, 'unauthenticated', false],
    [403, 'forbidden', false],
    [408, 'unavailable', false],
    [429, 'rate-limited', false],
    [500, 'unavailable', true],
    [503, 'unavailable', true],
    [200, 'unexpected', true],
  ])('takes HTTP %i without a code for %s', (httpStatusCode, kind, acted) => {
    const failure = readFailure(thrown('?', { $metadata: { httpStatusCode } }), NOW_MS);
    expect(commonKind(failure)).toBe(kind);
    expect(mayHaveActed(failure)).toBe(acted);
  });

  it.each([
    [{ 'retry-after': '2' }, 2_000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after': 'Fri, 20 Nov 2026 12:00:07 GMT' }, 7_000],
    [{ 'retry-after': 'Fri, 20 Nov 2020 12:00:07 GMT' }, 0],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'x-amz-retry-after': '1500', 'retry-after': '9' }, 1_500],
    [{}, undefined],
  ])('reads the pause of %j as %s ms', (headers, expected) => {
    expect(readFailure(thrown('?', { $response: { headers } }), NOW_MS).retryAfterMs).toBe(expected);
  });

  it('bears what is no Error', () => {
    expect(readFailure('gone', NOW_MS)).toMatchObject({ stage: 'local', message: 'gone' });
    expect(commonKind(readFailure(undefined, NOW_MS))).toBe('internal');
  });

  it.each(['ECONNRESET', 'ECONNREFUSED', 'EPIPE'])('does not take %s for a certificate', (code) => {
    expect(isTlsCode(code)).toBe(false);
  });
});

describe('the error that callers see', () => {
  it('names verb, place, code and what to do, and keeps the cause', () => {
    const cause = thrown('denied', {
      name: 'AccessDeniedException',
      $fault: 'client',
      $metadata: { httpStatusCode: 400, requestId: 'r-2' },
    });
    const error = toSessionError(cause, {
      operation: 'start',
      handle: undefined,
      scope: 'us-east-1/wg',
      nowMs: NOW_MS,
    });
    expect(error).toMatchObject({ kind: 'forbidden', operation: 'start', effect: 'none', cause });
    expect(error.native).toEqual({ code: 'AccessDeniedException', requestId: 'r-2', httpStatus: 400 });
    expect(error.message).toContain('start in us-east-1/wg');
    expect(error.message).toContain('README');
  });

  it('says nothing of an effect where nothing is changed', () => {
    const reset = thrown('reset', { code: 'ECONNRESET' });
    expect(toSessionError(reset, { operation: 'describe', handle: undefined, scope: 's', nowMs: NOW_MS }).effect).toBe(
      'none',
    );
    expect(toSessionError(reset, { operation: 'terminate', handle: undefined, scope: 's', nowMs: NOW_MS }).effect).toBe(
      'unknown',
    );
  });
});
