import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EmulatorUrls } from '../../src/emulator/index.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const JSON_TYPE = 'content-type: application/json';
const DEEP = 20_000;

let child: ChildProcess;
let errors = '';
let urls: EmulatorUrls;

beforeAll(async () => {
  const started = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), MAIN, 'emulate']);
  started.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const [line] = (await once(started.stdout.setEncoding('utf8'), 'data')) as [string];
  child = started;
  urls = JSON.parse(line) as EmulatorUrls;
}, 60_000);

afterAll(() => void child.kill());

afterEach(async () => {
  expect({ code: child.exitCode, errors }).toEqual({ code: null, errors: '' });
  expect((await fetch(`${urls.athena}/__emulator/log`)).status).toBe(200);
});

/** How long to wait for an answer that need not come. */
const SHORT_MS = 200;

/** Sends bytes, and gives the status of the first answer, or `undefined` when there is none. */
async function send(
  service: keyof EmulatorUrls,
  bytes: string | Buffer,
  patienceMs = 20_000,
): Promise<number | undefined> {
  const socket = connect(Number(new URL(urls[service]).port), '127.0.0.1');
  let answer = '';
  socket.setEncoding('latin1').on('data', (text: string) => (answer += text));
  socket.on('error', () => {});
  socket.write(bytes);
  await Promise.race([once(socket, 'data').catch(() => {}), once(socket, 'close'), pause(patienceMs)]);
  socket.destroy();
  const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(answer) ?? [];
  return status === undefined ? undefined : Number(status);
}

function request(line: string, headers: readonly string[], body = ''): string {
  return [`${line} HTTP/1.1`, ...headers, `content-length: ${Buffer.byteLength(body)}`, '', body].join('\r\n');
}

function control(route: string, body: unknown, headers: readonly string[] = ['host: 127.0.0.1', JSON_TYPE]): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return request(`POST /__emulator/${route}`, headers, text);
}

const LOG = 'GET /__emulator/log';

describe('a control route', () => {
  it.each<readonly [string, string, number]>([
    [
      'a code with a line break',
      control('faults', { kind: 'error', code: 'A\r\nset-cookie: a=b', httpStatus: 400 }),
      400,
    ],
    ['a code outside ASCII', control('faults', { kind: 'error', code: 'é\u{1F600}', httpStatus: 400 }), 400],
    ['a code that is no text', control('faults', { kind: 'error', code: { a: 1 }, httpStatus: 400 }), 400],
    ['a prototype as a fault', control('faults', '{"__proto__": {"kind": "html"}}'), 400],
    ['a kind of the prototype', control('faults', { kind: 'constructor' }), 400],
    ['a delay that no timer has', control('faults', { kind: 'slow', delayMs: 2 ** 31 }), 400],
    ['a list of lists', control('faults', '['.repeat(DEEP) + ']'.repeat(DEEP)), 400],
    ['a million faults', control('faults', `[${'1,'.repeat(1_000_000)}1]`), 400],
    ['malformed JSON', control('faults', '{"kind":'), 400],
    ['no body', control('advance', ''), 400],
    ['a time without end', control('advance', '{"ms": 1e999}'), 400],
    ['a time before the start', control('advance', { ms: -1 }), 400],
    ['another type', control('faults', { kind: 'html' }, ['host: 127.0.0.1', 'content-type: text/plain']), 415],
    ['no type', control('faults', { kind: 'html' }, ['host: 127.0.0.1']), 415],
    ['a form', control('advance', 'ms=1', ['host: 127.0.0.1', 'content-type: application/x-www-form-urlencoded']), 415],
    [
      'JSON in a parameter',
      control('busy', {}, ['host: 127.0.0.1', 'content-type: text/plain; application/json']),
      415,
    ],
    [
      'JSON with a character set',
      control('advance', { ms: 0 }, ['host: 127.0.0.1', `${JSON_TYPE}; charset=utf-8`]),
      200,
    ],
    ['another host', request(LOG, ['host: evil.example']), 403],
    ['a host that begins like this machine', request(LOG, ['host: 127.0.0.1.evil.example']), 403],
    ['a host with a user', request(LOG, ['host: 127.0.0.1@evil.example']), 403],
    ['no host', `${LOG} HTTP/1.0\r\n\r\n`, 403],
    ['localhost', request(LOG, ['host: localhost:80']), 200],
    ['::1', request(LOG, ['host: [::1]:80']), 200],
    ['a web page of another site', request(LOG, ['host: 127.0.0.1', 'origin: https://evil.example']), 403],
    ['a sandboxed web page', request(LOG, ['host: 127.0.0.1', 'origin: null']), 403],
    ['a preflight', request('OPTIONS /__emulator/faults', ['host: 127.0.0.1', 'origin: https://evil.example']), 403],
    [
      'a deletion by a web page',
      request('DELETE /__emulator/faults', ['host: 127.0.0.1', 'origin: https://a.example']),
      403,
    ],
    ['an unknown route', request('GET /__emulator/%00', ['host: 127.0.0.1']), 404],
    ['a long route', request(`GET /__emulator/${'a'.repeat(10_000)}`, ['host: 127.0.0.1']), 404],
  ])('survives and answers: %s', async (_, bytes, status) => {
    expect(await send('athena', bytes)).toBe(status);
  });
});

describe('texts of a fault reach a client as they are', () => {
  const TEXT = 'a\r\nb\u0000\u{1F600}';
  it.each([
    { kind: 'error', code: 'X', httpStatus: 400, message: TEXT },
    { kind: 'unknown-state', state: TEXT },
    { kind: 'session-becomes', state: TEXT, operation: 'ListSessions' },
    { kind: 'throttle', retryAfterMs: 2 ** 31 - 1 },
    { kind: 'slow', delayMs: 2 ** 31 - 1 },
    { kind: 'rpc-error', code: 'INTERNAL', message: TEXT, errorClass: TEXT },
    { kind: 'rpc-server-session', id: TEXT },
  ])('%o', async (fault) => {
    expect(await send('athena', control('faults', fault))).toBe(200);
    for (const service of ['athena', 'emrServerless', 'emr', 'glue', 'dataprocRest', 'healthomics', 's3'] as const) {
      await send(service, serviceCall(service, '{"WorkGroup": "spark35"}'), SHORT_MS);
    }
    await fetch(`${urls.athena}/__emulator/faults`, { method: 'DELETE' });
  });
});

const AWS_JSON: Readonly<Record<string, string>> = {
  athena: 'AmazonAthena',
  emr: 'ElasticMapReduce',
  glue: 'AWSGlue',
};

/** A call that reaches a handler of the service. */
function serviceCall(service: string, body: string): string {
  const names: Readonly<Record<string, string>> = {
    emrServerless: 'emr-serverless',
    emr: 'elasticmapreduce',
    healthomics: 'omics',
  };
  const lines: Readonly<Record<string, string>> = {
    athena: 'POST /',
    emr: 'POST /',
    glue: 'POST /',
    emrServerless: 'POST /applications/00emulated1/sessions',
    healthomics: 'POST /run',
    dataprocRest: 'POST /v1/projects/p/locations/r/sessions?sessionId=a',
    s3: 'PUT /bucket/key',
  };
  const scope = `AKIDTEST/20270101/us-east-1/${names[service] ?? service}/aws4_request`;
  return request(
    lines[service] ?? '',
    [
      'host: 127.0.0.1',
      AWS_JSON[service] === undefined ? JSON_TYPE : 'content-type: application/x-amz-json-1.1',
      `x-amz-target: ${AWS_JSON[service] ?? 'AmazonAthena'}.ListSessions`,
      `authorization: ${service === 'dataprocRest' ? 'Bearer x' : `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=00`}`,
      'x-amz-date: 20270101T000000Z',
    ],
    body,
  );
}

const BODIES = {
  'malformed JSON': '{"a":',
  'deep JSON': `{"a":${'['.repeat(DEEP)}${']'.repeat(DEEP)}}`,
  'deep labels': `{"labels":${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}}`,
  nothing: '',
  null: 'null',
  'a list': '[[]]',
  'a prototype': '{"__proto__": {"WorkGroup": "spark35"}, "constructor": {"prototype": 1}}',
  'other types': '{"WorkGroup": {}, "sessionId": [], "clientToken": 1, "labels": "x", "name": null, "MaxResults": "a"}',
  'invalid UTF-8': '\u00ff\u00fe',
};

describe.each(['athena', 'emrServerless', 'emr', 'glue', 'dataprocRest', 'healthomics', 's3'] as const)(
  'the port of %s',
  (service) => {
    it.each(Object.entries(BODIES))('survives and answers: %s', async (_, body) => {
      expect(await send(service, serviceCall(service, body))).toBeGreaterThanOrEqual(200);
    });

    it.each([
      ['bytes that are not HTTP', Buffer.from([0, 1, 2, 255, 13, 10, 13, 10])],
      ['a malformed path', request('GET /%zz%00/..//%E0%A4%A', ['host: 127.0.0.1'])],
      ['a path that is a URL', request('GET http://evil.example/%', ['host: 127.0.0.1'])],
      ['a method without a path', request('OPTIONS *', ['host: 127.0.0.1'])],
      ['an upgrade', request('GET /', ['host: 127.0.0.1', 'connection: upgrade', 'upgrade: websocket'])],
      ['a tunnel', request('CONNECT evil.example:443', ['host: 127.0.0.1'])],
      ['an expectation', request('POST /', ['host: 127.0.0.1', 'expect: something'])],
      ['two lengths', 'POST / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
      ['a malformed chunk', 'POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n'],
      ['half a body', 'POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 9\r\n\r\nab'],
    ])('survives: %s', async (_, bytes) => {
      await send(service, bytes, SHORT_MS);
    });
  },
);

it('refuses a body of 65 MiB with 413', { timeout: 60_000 }, async () => {
  const response = await fetch(`${urls.athena}/__emulator/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: Buffer.alloc(65 * 2 ** 20, ' '),
  });
  expect(response.status).toBe(413);
});

describe.each(['dataprocGrpc', 'sparkConnect'] as const)('the port of %s', (service) => {
  const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
  it.each([
    ['HTTP/1.1', request('GET /', ['host: 127.0.0.1'])],
    ['bytes that are not HTTP', Buffer.alloc(64, 255)],
    ['a frame of an unknown type', Buffer.concat([Buffer.from(PREFACE), Buffer.alloc(64, 255)])],
    ['half a frame', Buffer.concat([Buffer.from(PREFACE), Buffer.from([0, 0, 9, 4])])],
  ])('survives: %s', async (_, bytes) => {
    await send(service, bytes, SHORT_MS);
  });

  const paths = {
    dataprocGrpc: '/google.cloud.dataproc.v1.SessionController/CreateSession',
    sparkConnect: '/spark.connect.SparkConnectService/ExecutePlan',
  };
  it.each<readonly [string, string, Buffer]>([
    ['a message that cannot be read', 'application/grpc', Buffer.from([0, 0, 0, 0, 2, 0x0f, 0xff])],
    ['a message of 4 GiB', 'application/grpc', Buffer.from([0, 255, 255, 255, 255, 1])],
    ['a compressed message that is not', 'application/grpc', Buffer.from([1, 0, 0, 0, 2, 1, 2])],
    ['no message', 'application/grpc', Buffer.alloc(0)],
    ['another type', 'text/plain', Buffer.from('hello')],
  ])('survives: %s', async (_, type, body) => {
    const client = connectHttp2(urls[service]).on('error', () => {});
    const headers = {
      ':method': 'POST',
      ':path': paths[service],
      'content-type': type,
      te: 'trailers',
      'x-aws-proxy-auth': 'x',
    };
    const call = client.request(headers).on('error', () => {});
    call.end(body);
    await Promise.race([once(call.resume(), 'close').catch(() => {}), pause(SHORT_MS)]);
    client.destroy();
  });
});
