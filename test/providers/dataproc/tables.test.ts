import { protos } from '@google-cloud/dataproc';
import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { CredentialsError } from '../../../providers/dataproc/credentials-error.ts';
import { DATAPROC_ERRORS, toErrorKind, toSessionError } from '../../../providers/dataproc/errors.ts';
import { GRPC_CODES, mayHaveActed, readFailure } from '../../../providers/dataproc/failure.ts';
import { toDuration, toMs } from '../../../providers/dataproc/native-time.ts';
import {
  DATAPROC_STATES,
  liveNativeStates,
  STATE_NUMBERS,
  toStateName,
  toStateFacts,
} from '../../../providers/dataproc/states.ts';

const { State } = protos.google.cloud.dataproc.v1.Session;

const noConnection = (last: string): string =>
  `No connection established. Last error: ${last}. Resolution note: undefined`;

describe('the state table of dataproc', () => {
  it('has exactly the states of the protos, under their numbers', () => {
    const named = Object.fromEntries(Object.entries(State).filter(([, number]) => typeof number === 'number'));
    expect(STATE_NUMBERS).toEqual(named);
    expect(DATAPROC_STATES.names).toEqual(Object.keys(named));
  });

  it.each([
    ['CREATING', true, { state: 'creating', final: false }],
    ['ACTIVE', true, { state: 'ready', final: false }],
    ['ACTIVE', false, { state: 'creating', final: false }],
    ['TERMINATING', true, { state: 'terminated', final: false }],
    ['TERMINATED', false, { state: 'terminated', final: true }],
    ['FAILED', false, { state: 'failed', final: true }],
    ['STATE_UNSPECIFIED', true, undefined],
    ['99', true, undefined],
    ['constructor', true, undefined],
  ] as const)('%s, reachable %s, is %j (C-014)', (native, isReachable, point) => {
    expect(toStateFacts(native, isReachable)).toEqual(point && { ...point, acceptsWork: point.state === 'ready' });
  });

  it.each([
    ['ACTIVE', 'ACTIVE'],
    [2, 'ACTIVE'],
    [5, 'FAILED'],
    [99, '99'],
    ['HIBERNATING', 'HIBERNATING'],
    [null, 'STATE_UNSPECIFIED'],
    [undefined, 'STATE_UNSPECIFIED'],
  ] as const)('reads the state %j, a name or a number, as %s', (native, name) => {
    expect(toStateName(native)).toBe(name);
  });

  it('turns normalized states back into live native ones only', () => {
    expect(liveNativeStates(['failed', 'busy'])).toEqual([]);
    expect(liveNativeStates(['ready'])).toEqual(['ACTIVE']);
    expect(liveNativeStates(['creating', 'terminated'])).toEqual(['CREATING', 'ACTIVE', 'TERMINATING']);
  });
});

describe('times of dataproc', () => {
  it.each([
    [{ seconds: '1700000000', nanos: 5_999_999 }, 1_700_000_000_005],
    [{ seconds: 3, nanos: 0 }, 3_000],
    [{ seconds: { toString: () => '7' } as unknown as string, nanos: null }, 7_000],
    [{}, 0],
    [null, undefined],
    [undefined, undefined],
  ])('reads %j as %j ms', (time, ms) => {
    expect(toMs(time)).toBe(ms);
  });

  it('rounds durations up to whole seconds', () => {
    expect([600_000, 600_001].map((ms) => toDuration(ms).seconds)).toEqual([600, 601]);
  });
});

describe('the error table of dataproc', () => {
  const grpc = (code: number) => Object.assign(new Error('words'), { code, details: 'words' });
  const http = (status: number, body: string) => Object.assign(new Error(body), { status, code: status });

  it('has one row for every gRPC code', () => {
    const codes = Object.keys(status).filter((name) => Number.isNaN(Number(name)));
    expect(Object.keys(DATAPROC_ERRORS).sort()).toEqual(codes.sort());
    expect(GRPC_CODES.map((name) => status[name])).toEqual(GRPC_CODES.map((_, number) => number));
  });

  it.each([
    [1, 499, 'CANCELLED', 'unavailable', true],
    [2, 500, 'UNKNOWN', 'unavailable', true],
    [3, 400, 'INVALID_ARGUMENT', 'invalid-request', false],
    [4, 504, 'DEADLINE_EXCEEDED', 'timeout', true],
    [5, 404, 'NOT_FOUND', 'not-found', false],
    [6, 409, 'ALREADY_EXISTS', 'conflict', false],
    [7, 403, 'PERMISSION_DENIED', 'forbidden', false],
    [8, 429, 'RESOURCE_EXHAUSTED', 'rate-limited', false],
    [9, 400, 'FAILED_PRECONDITION', 'conflict', false],
    [10, 409, 'ABORTED', 'conflict', false],
    [11, 400, 'OUT_OF_RANGE', 'invalid-request', false],
    [12, 501, 'UNIMPLEMENTED', 'unsupported', false],
    [13, 500, 'INTERNAL', 'unavailable', true],
    [14, 503, 'UNAVAILABLE', 'unavailable', true],
    [15, 500, 'DATA_LOSS', 'unexpected', true],
    [16, 401, 'UNAUTHENTICATED', 'unauthenticated', false],
  ] as const)('takes gRPC %i and HTTP %i %s for %s alike', (number, status, code, kind, acted) => {
    const body = JSON.stringify({ error: { code: status, message: 'words', status: code } });
    for (const failure of [readFailure(grpc(number), 0), readFailure(http(status, body), 0)]) {
      expect(failure).toMatchObject({ stage: 'answer', code, message: 'words' });
      expect(toErrorKind(failure, 'describe')).toBe(kind);
      expect(mayHaveActed(failure)).toBe(acted);
    }
  });

  it.each([
    [404, '', 'not-found'],
    [403, '<html>proxy</html>', 'forbidden'],
    [407, '<html>proxy</html>', 'unauthenticated'],
    [409, '<html>', 'conflict'],
    [503, '<html>proxy</html>', 'unavailable'],
    [599, '{}', 'unavailable'],
    [418, '{}', 'conflict'],
  ])('takes HTTP %i that names no code (%j) for %s', (status, body, kind) => {
    expect(toErrorKind(readFailure(http(status, body), 0), 'describe')).toBe(kind);
  });

  it.each([
    [CredentialsError.of(new Error('none')), 'unauthenticated', 'none'],
    [http(400, '{"error":"invalid_grant"}'), 'unauthenticated', 'none'],
    [Object.assign(new Error('no'), { code: 'ECONNREFUSED' }), 'unavailable', 'none'],
    [Object.assign(new Error('no'), { code: 'SELF_SIGNED_CERT_IN_CHAIN' }), 'config-invalid', 'none'],
    [Object.assign(new Error('no'), { code: 'ECONNRESET' }), 'unavailable', 'unknown'],
    [new SyntaxError('Unexpected token <'), 'unavailable', 'unknown'],
    [new TypeError('a bug'), 'internal', 'none'],
    ['thrown text', 'internal', 'none'],
  ] as const)('takes %s for %s, effect of a start %s', (thrown, kind, effect) => {
    const error = toSessionError(thrown, { operation: 'start', handle: undefined, scope: 'p/r', nowMs: 0 });
    expect(error).toMatchObject({ kind, effect, operation: 'start', provider: 'dataproc' });
    expect(error.message).toContain('start in p/r');
  });

  it.each([
    ['Name resolution failed for target dns:dataproc.invalid:443', 'unavailable', 'ENOTFOUND', 'dataproc.invalid'],
    [noConnection('Error: connect ECONNREFUSED 10.0.0.1:443'), 'unavailable', 'ECONNREFUSED', '10.0.0.1:443'],
    [noConnection('connect ETIMEDOUT 10.0.0.1:443 (2026-11-30T01:02:03.456Z)'), 'unavailable', 'ETIMEDOUT', '10.0.0.1'],
    [noConnection('Error: self-signed certificate'), 'config-invalid', 'CERT_UNTRUSTED', 'NODE_EXTRA_CA_CERTS'],
    [
      noConnection("Error: Hostname/IP does not match certificate's altnames"),
      'config-invalid',
      'CERT_UNTRUSTED',
      'altnames',
    ],
    [noConnection('Error: write EPROTO 00:wrong version number'), 'config-invalid', 'EPROTO', 'certificates'],
    ['No connection established', 'unavailable', 'NO_CONNECTION', 'cannot connect'],
    ['Received HTTP status code 403', 'forbidden', 'PROXY_403', 'NO_PROXY'],
    ['Received HTTP status code 407', 'unauthenticated', 'PROXY_407', 'HTTPS_PROXY'],
  ] as const)('does not take %j for an answer of Dataproc', (details, kind, code, words) => {
    const failed = { operation: 'start', handle: undefined, scope: 'p/r', nowMs: 0 } as const;
    const error = toSessionError(Object.assign(new Error(details), { code: status.UNAVAILABLE, details }), failed);
    expect(error).toMatchObject({ kind, effect: 'none', native: { code } });
    expect(error.message).toContain('cannot connect to Dataproc');
    expect(error.message).toContain(words);
    expect(error.message).not.toMatch(/Dataproc answered|T01:02/);
  });

  it('keeps no request, which holds the token, in an error', async () => {
    const { inspect } = await import('node:util');
    const thrown = Object.assign(http(403, '{}'), { config: { headers: { authorization: 'Bearer s3cret' } } });
    const error = toSessionError(thrown, { operation: 'describe', handle: undefined, scope: 'p/r', nowMs: 0 });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('s3cret');
  });

  it('reads how long to stay away, in seconds and as a date', () => {
    const withHeader = (value: string) =>
      Object.assign(http(429, '{}'), { response: { headers: new Headers({ 'retry-after': value }) } });
    expect(readFailure(withHeader('2'), 0).retryAfterMs).toBe(2_000);
    expect(readFailure(withHeader('Thu, 01 Jan 1970 00:00:09 GMT'), 4_000).retryAfterMs).toBe(5_000);
    const body = JSON.stringify({ error: { status: 'RESOURCE_EXHAUSTED', details: [{ retryDelay: '1.5s' }] } });
    expect(readFailure(http(429, body), 0).retryAfterMs).toBe(1_500);
  });
});
