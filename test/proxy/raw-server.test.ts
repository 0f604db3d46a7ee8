import { compressionAlgorithms } from '@grpc/grpc-js';
import { once } from 'node:events';
import { connect as connectHttp2, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi, type TestContext } from 'vitest';
import { SessionError } from '../../src/contract/session-error.ts';
import { listenAsProxy, startProxy } from '../../src/proxy/start-proxy.ts';
import { systemClock, systemRandom } from '../../src/session/system-ports.ts';
import { executePlan, openProxyStage, RawClient, rowCounts, SERVICE } from './proxy-stage.ts';

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

/** A message as gRPC sends it. */
function framed(message: Uint8Array, isCompressed = false): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(isCompressed ? 1 : 0, 0);
  prefix.writeUInt32BE(message.byteLength, 1);
  return Buffer.concat([prefix, message]);
}

/** A frame of stream 1. @see https://www.rfc-editor.org/rfc/rfc9113#section-4.1 (read 2026-11-30) */
function frame(type: number, flags: number, payload: Uint8Array): Buffer {
  const head = Buffer.from([0, 0, 0, type, flags, 0, 0, 0, 1]);
  head.writeUIntBE(payload.byteLength, 0, 3);
  return Buffer.concat([head, payload]);
}

/** Headers that no table indexes. @see https://www.rfc-editor.org/rfc/rfc7541#section-6.2.2 (read 2026-11-30) */
function headerBlock(headers: Readonly<Record<string, string>>): Buffer {
  const texts = Object.entries(headers).map(([name, value]) => {
    const [key, text] = [Buffer.from(name), Buffer.from(value, 'latin1')];
    return Buffer.concat([Buffer.from([0, key.length]), key, Buffer.from([text.length]), text]);
  });
  return Buffer.concat(texts);
}

/** Makes a call in bytes; returns the headers that hold its status. */
async function callInBytes(
  session: ClientHttp2Session,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
): Promise<IncomingHttpHeaders> {
  const request = session.request({
    ':method': 'POST',
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  });
  let found: IncomingHttpHeaders = {};
  request.on('response', (answer) => {
    found = answer;
  });
  request.on('trailers', (trailers) => {
    found = { ...found, ...trailers };
  });
  request.end(body);
  request.resume();
  await once(request, 'close');
  return found;
}

describe('the server of a proxy', () => {
  it('reads compressed requests', async (context) => {
    const { proxy, server } = await openProxyStage(context);
    const options = { 'grpc.default_compression_algorithm': compressionAlgorithms.gzip };
    const client = new RawClient(`127.0.0.1:${proxy.port}`, { 'x-anysession-key': proxy.key }, options);
    context.onTestFinished(() => client.close());
    expect(rowCounts(await client.call('ExecutePlan', [executePlan()]))).toEqual([2, 1]);
    expect(server.count('ExecutePlan')).toBe(1);
  });

  const broken = [
    ['compressed in a way that it does not know', { 'grpc-encoding': 'br' }, framed(gzipSync('x'), true), '12'],
    ['that cannot be decompressed', { 'grpc-encoding': 'gzip' }, framed(Buffer.from('x'), true), '13'],
    ['that ends in the middle of a message', {}, framed(executePlan()).subarray(0, 20), '13'],
    ['that ends in the middle of a prefix', {}, framed(executePlan()).subarray(0, 3), '13'],
    ['above 512 MB', {}, Buffer.from([0, 0x7f, 0, 0, 0]), '8'],
    ['whose time is up', { 'grpc-timeout': '0m' }, framed(executePlan()), '4'],
    ['with a timeout that is none', { 'grpc-timeout': 'soon' }, framed(executePlan()), '4'],
  ] as const;
  it.for(broken)('answers a request %s', async ([, headers, body, status], context) => {
    const { proxy, server } = await openProxyStage(context);
    const session = connectHttp2(`http://127.0.0.1:${proxy.port}`);
    context.onTestFinished(() => session.destroy());
    const path = { ':path': `${SERVICE}ExecutePlan`, 'x-anysession-key': proxy.key };
    expect(await callInBytes(session, { ...path, ...headers }, body)).toMatchObject({
      ':status': 200,
      'grpc-status': status,
    });
    // The same connection serves the next call.
    expect(await callInBytes(session, path, framed(executePlan()))).toMatchObject({ 'grpc-status': '0' });
    expect(server.count('ExecutePlan')).toBe(1);
  });

  it('answers what is not gRPC with a status of HTTP', async (context) => {
    const { proxy } = await openProxyStage(context);
    const session = connectHttp2(`http://127.0.0.1:${proxy.port}`);
    context.onTestFinished(() => session.destroy());
    const answer = await callInBytes(session, { ':path': '/', 'content-type': 'text/html' }, Buffer.alloc(0));
    expect(answer).toMatchObject({ ':status': 415 });
  });

  it.for(['text/html', 'application/grpc'])(
    'survives a client of %s that leaves in the packet of its request',
    async (type, context) => {
      const { proxy } = await openProxyStage(context);
      const socket = connect(proxy.port, '127.0.0.1').on('error', () => {});
      const headers = { ':method': 'POST', ':scheme': 'http', ':path': '/', ':authority': 'a', 'content-type': type };
      const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
      const request = [frame(1, 4, headerBlock(headers)), frame(3, 0, Buffer.from([0, 0, 0, 8]))];
      const uncaught = vi.fn<(error: unknown) => void>();
      process.prependListener('uncaughtException', uncaught);
      context.onTestFinished(() => void process.off('uncaughtException', uncaught));
      socket.end(Buffer.concat([Buffer.from(PREFACE), settings, ...request]));
      socket.resume();
      await once(socket, 'close');
      expect(uncaught).not.toHaveBeenCalled();
      const session = connectHttp2(`http://127.0.0.1:${proxy.port}`);
      context.onTestFinished(() => session.destroy());
      const path = { ':path': `${SERVICE}ExecutePlan`, 'x-anysession-key': proxy.key };
      expect(await callInBytes(session, path, framed(executePlan()))).toMatchObject({ 'grpc-status': '0' });
    },
  );

  it('prints no header that gRPC does not allow: it may be a key', async (context) => {
    const { proxy } = await openProxyStage(context);
    const printed = vi.spyOn(console, 'error');
    context.onTestFinished(() => printed.mockRestore());
    const session = connectHttp2(`http://127.0.0.1:${proxy.port}`);
    context.onTestFinished(() => session.destroy());
    const wrong = { 'x-anysession-key': `${proxy.key}\u00FF`, 'x!name': 'a' };
    const path = { ':path': `${SERVICE}ExecutePlan` };
    expect(await callInBytes(session, { ...path, ...wrong }, framed(executePlan()))).toMatchObject({
      'grpc-status': '16',
    });
    expect(printed).not.toHaveBeenCalled();
  });

  it.for([100, 200, 1_000])('refuses %i KB of metadata at once', async (kilobytes, context) => {
    const { proxy, server } = await openProxyStage(context);
    const client = new RawClient(`127.0.0.1:${proxy.port}`, {
      'x-anysession-key': proxy.key,
      ...Object.fromEntries(Array.from({ length: kilobytes / 10 }, (_, at) => [`x-big-${at}`, 'a'.repeat(10_000)])),
    });
    context.onTestFinished(() => client.close());
    const startedMs = performance.now();
    const { error } = await client.call('ExecutePlan', [executePlan()], { deadline: Date.now() + 20_000 });
    expect(error).toMatchObject({ code: 8 });
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    expect(server.calls).toEqual([]);
  });

  it('passes the text of an error on, whatever characters it has', async (context) => {
    const text = 'Größe 100 %\n→ \uD800 日本';
    const error = new SessionError('session-failed', text, { operation: 'start' });
    const { client } = await openProxyStage(context, { source: () => () => Promise.reject(error) });
    const answered = await client.call('AnalyzePlan', [executePlan()]);
    expect(answered.error?.details).toBe(`anysession: ${text.replace('\uD800', '\uFFFD')}`);
  });
});

describe('a connection to a proxy', () => {
  const openProxy = async ({ onTestFinished }: TestContext) => {
    const source = { get: () => Promise.reject(new Error('no session')), close: async () => {} };
    const ports = { clock: systemClock, random: systemRandom, unusedConnectionMs: 500 };
    const proxy = await startProxy(source, {}, ports);
    onTestFinished(() => proxy.close());
    return proxy;
  };

  it.for([
    ['nothing', ''],
    ['the preface of HTTP/2 alone', PREFACE],
    ['half a request for a page', 'GET /metrics HTTP/1.1\r\nho'],
  ] as const)('that sends %s is closed after a while', async ([, bytes], context) => {
    const { port } = await openProxy(context);
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    context.onTestFinished(() => void socket.destroy());
    socket.write(bytes);
    socket.resume();
    const startedMs = performance.now();
    await once(socket, 'close');
    expect(performance.now() - startedMs).toBeGreaterThan(400);
  });

  it('that comes before the proxy has loaded what serves it waits for that', async ({ onTestFinished }) => {
    const source = { get: () => Promise.reject(new Error('no session')), close: async () => {} };
    const { proxy, loaded } = await listenAsProxy(source);
    onTestFinished(() => proxy.close());
    let isLoaded = false;
    void loaded.then(() => (isLoaded = true));
    const page = fetch(`http://127.0.0.1:${proxy.port}/metrics`, { headers: { 'x-anysession-key': proxy.key } });
    expect(isLoaded).toBe(false);
    expect((await page).status).toBe(200);
    const { proxy: closed } = await listenAsProxy(source);
    await closed.close();
  });

  it('that has made a call stays open', async (context) => {
    const { port, key } = await openProxy(context);
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    context.onTestFinished(() => session.destroy());
    const path = { ':path': `${SERVICE}AnalyzePlan`, 'x-anysession-key': key };
    expect(await callInBytes(session, path, framed(executePlan()))).toMatchObject({ 'grpc-status': '13' });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(session.closed).toBe(false);
  });
});
