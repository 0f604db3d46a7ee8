import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { failureOf } from '../failure-of.ts';
import { endpointTo, HANDLE, runnerTo, runOne, call } from './connect-stage.ts';
import type { SparkConnectRunner } from '../../src/contract/spark-connect.ts';
import { FakeServer } from './fake-server.ts';

const TOKEN = 'eyJhbGciOi/K7+Qw_8=.pA3"x\\y&z-Zf9';

/** How a server, a proxy or a log may write what it received. */
const ENCODINGS: Readonly<Record<string, (token: string) => string>> = {
  plain: (token) => token,
  'percent-encoded': encodeURIComponent,
  'percent-encoded in lower case': (token) => encodeURIComponent(token).replace(/%../g, (code) => code.toLowerCase()),
  'percent-encoded twice': (token) => encodeURIComponent(encodeURIComponent(token)),
  'every byte percent-encoded': (token) => perByte(token, (hex) => `%${hex}`),
  base64: (token) => Buffer.from(token).toString('base64'),
  'base64 with a word in front': (token) => Buffer.from(`Bearer ${token}`).toString('base64'),
  'base64 in JSON': (token) => Buffer.from(JSON.stringify({ a: 1, token: [token] })).toString('base64url'),
  'base64 over lines': (token) =>
    Buffer.from(token)
      .toString('base64')
      .replace(/.{19}/g, (line) => `${line}\r\n`),
  'percent-encoded base64': (token) => encodeURIComponent(Buffer.from(token).toString('base64')),
  hex: (token) => Buffer.from(token).toString('hex'),
  'hex in upper case': (token) => Buffer.from(token).toString('hex').toUpperCase(),
  'hex with spaces': (token) => perByte(token, (hex) => `${hex} `),
  'a JSON string': (token) => JSON.stringify(token),
  'a JSON string in a JSON string': (token) => JSON.stringify(JSON.stringify(token)),
  'JSON with escaped characters': (token) => perByte(token, (hex) => `\\u00${hex}`),
  'a string with hex escapes': (token) => perByte(token, (hex) => `\\x${hex}`),
  'HTML with names': (token) => token.replaceAll('&', '&amp;').replaceAll('"', '&quot;'),
  'HTML with numbers': (token) => perByte(token, (hex) => `&#x${hex};`),
  'in upper case': (token) => token.toUpperCase(),
  'over lines': (token) => token.replace(/.{9}/g, (line) => `${line}\n    `),
  'over lines of a shell': (token) => token.replace(/.{9}/g, (line) => `${line}\\\n`),
  'in two colours': (token) => `${token.slice(0, 8)}\u001B[31m${token.slice(8)}`,
  'with a colour in JSON': (token) => JSON.stringify(`${token.slice(0, 8)}\u001B[1;31m${token.slice(8)}`).slice(1, -1),
  'around a link': (token) => `${token.slice(0, 8)}\u001B]8;;http://x\u0007${token.slice(8)}`,
  'in a link': (token) => `\u001B]8;;http://x/${token}\u0007here`,
  'with a space without width': (token) => `${token.slice(0, 8)}\u200B${token.slice(8)}`,
  'with a space without width in a URL': (token) => encodeURIComponent(`${token.slice(0, 8)}\u200B${token.slice(8)}`),
  'with soft hyphens and marks': (token) => [...token].join('\u00AD\u202E\uFEFF'),
  'over lines of a JSON string': (token) => token.replace(/.{9}/g, (line) => `${line}\\n`),
};

/** Where a server's answer may repeat it. */
const PLACES: Readonly<Record<string, (server: FakeServer, echo: string) => void>> = {
  message: (server, echo) => fail(server, `bad token ${echo}, log in again`, {}),
  'error class': (server, echo) => fail(server, 'no', { errorClass: echo }),
  'error class of the message': (server, echo) => fail(server, `[BAD_TOKEN] ${echo}`, {}),
  SQLSTATE: (server, echo) => fail(server, 'no', { sqlState: echo }),
  'Java class': (server, echo) => fail(server, 'no', { reason: echo }),
  'name of a parameter': (server, echo) => fail(server, 'no', { messageParameters: JSON.stringify({ [echo]: 'x' }) }),
  'value of a parameter': (server, echo) => fail(server, 'no', { messageParameters: JSON.stringify({ x: echo }) }),
  'details: error class': (server, echo) => detail(server, { errorClass: echo }),
  'details: SQLSTATE': (server, echo) => detail(server, { sqlState: echo }),
  'details: parameters': (server, echo) => detail(server, { messageParameters: { x: echo, [echo]: 'x' } }),
  'details: place in the statement': (server, echo) =>
    detail(server, { queryContexts: [{ fragment: `SELECT '${echo}'`, startIndex: 0, stopIndex: 1 }] }),
};

let server: FakeServer;
let runner: SparkConnectRunner;
let tokens: string[];

beforeAll(async () => {
  server = new FakeServer();
  await server.listen();
});

afterAll(() => server.close());

beforeEach(() => {
  tokens = [TOKEN];
  server.details = {};
  runner = runnerTo(async () => {
    const authorization = `Bearer ${tokens.length > 1 ? tokens.shift() : tokens[0]}`;
    return endpointTo(server.port, { metadata: { authorization } });
  });
  return () => runner.close();
});

describe.each(Object.keys(PLACES))('a token that a server repeats in: %s', (place) => {
  it.each(Object.keys(ENCODINGS))('is concealed %s', async (encoding) => {
    const echo = ENCODINGS[encoding]?.(TOKEN) ?? '';
    PLACES[place]?.(server, echo);
    expectConcealed(await failureOf(runOne(runner)), echo);
  });
});

it('conceals a token that was replaced since', async () => {
  tokens = ['first-token-1234567890', 'second-token-1234567890'];
  server.commandFaults = [
    { at: -1, kind: 'status', code: 16, text: 'expired' },
    { at: 0, kind: 'status', code: 13, text: 'it was first-token-1234567890', info: {} },
  ];
  const error = await failureOf(runOne(runner));
  expect(String(error)).toContain('it was …');
});

it('names this machine localhost in the address for PySpark, which sends a token without TLS to no other name', async () => {
  const { host, url } = await runner.connect(HANDLE, call());
  expect(host).toBe('127.0.0.1');
  expect(url).toContain(`sc://localhost:${server.port}/;`);
});

it('leaves everything else of a message as it is', async () => {
  const text = `100 % of "C:\\new\\table" &amp; é\u{1F600}\n\tin line\\n 2: ${TOKEN.slice(0, 9)}, aGVsbG8=`;
  fail(server, text, {});
  expect(String(await failureOf(runOne(runner, call())))).toContain(text);
});

it('refuses to send a token without TLS to another host', async () => {
  await runner.close();
  runner = runnerTo(async () =>
    endpointTo(server.port, { host: 'spark.invalid', metadata: { 'x-aws-proxy-auth': TOKEN } }),
  );
  const error = await failureOf(runOne(runner));
  expect(error).toMatchObject({ kind: 'config-invalid', effect: 'none', handle: HANDLE });
  expect(String(error)).toContain('"spark.invalid" without TLS');
});

function fail(to: FakeServer, text: string, info: Record<string, string>): void {
  to.commandFaults = [{ at: 0, kind: 'status', code: 13, text, info }];
}

type Thrown = NonNullable<NonNullable<NonNullable<FakeServer['details']>['errors']>[number]['sparkThrowable']>;

function detail(to: FakeServer, sparkThrowable: Thrown): void {
  fail(to, 'no', { errorId: 'one' });
  to.details = { rootErrorIdx: 0, errors: [{ sparkThrowable }] };
}

function perByte(token: string, format: (hex: string) => string): string {
  return [...Buffer.from(token)].map((byte) => format(byte.toString(16).padStart(2, '0'))).join('');
}

/** No line of the echo, and no half of it, is in what users print. */
function expectConcealed(error: unknown, echo: string): void {
  const { message, native } = error as { readonly message: string; readonly native?: unknown };
  const printed = [
    message,
    inspect(error, { depth: 9, showHidden: true }),
    JSON.stringify(error),
    JSON.stringify(native),
  ].join();
  expect(printed).toContain('…');
  const pieces = echo.length > 40 ? [echo.slice(4, 24), echo.slice(-24, -4)] : [echo.slice(0, 12), echo.slice(-12)];
  for (const piece of pieces) {
    const shown = JSON.stringify(piece).slice(1, -1);
    expect(printed).not.toContain(piece);
    expect(printed).not.toContain(shown);
  }
}
