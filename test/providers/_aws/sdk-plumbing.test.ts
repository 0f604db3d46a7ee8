import { execFile } from 'node:child_process';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { AthenaClient, GetSessionCommand } from '@aws-sdk/client-athena';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { AbortableSender } from '../../../providers/_aws/abortable-sender.ts';
import { socketsFor, toClientConfig } from '../../../providers/_aws/client-config.ts';
import { withoutNodeWarning } from '../../../providers/_aws/without-node-warning.ts';
import { RequestHandler } from '../../../providers/_aws/request-handler.ts';
import { LONGEST_LIFETIME_MS } from '../../../src/contract/ownership.ts';
import { formatOwnershipTag, parseOwnershipTag } from '../../../src/provider-kit/ownership-tag.ts';

const open: { close(): void }[] = [];

afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<number> {
  const server: Server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({
    close() {
      server.close();
      server.closeAllConnections();
    },
  });
  return (server.address() as AddressInfo).port;
}

function handlerOf(maxSockets = 5): RequestHandler {
  const handler = new RequestHandler(maxSockets);
  open.push({ close: () => handler.destroy() });
  return handler;
}

/** What each provider needs to be made. */
const PLACES = {
  athena: { workgroup: 'w' },
  'emr-serverless': { applicationId: '0a', executionRoleArn: 'arn:aws:iam::123456789012:role/x' },
  'emr-ec2': { clusterId: 'j-A' },
};

describe('the request handler', () => {
  it('writes method, path, query, headers and body, and reads the answer as a whole', async () => {
    const seen: unknown[] = [];
    const port = await serve((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        seen.push([request.method, request.url, request.headers['x-one'], body]);
        response.writeHead(201, { 'content-type': 'text/plain', 'set-cookie': ['a', 'b'] });
        response.write('hello ');
        setImmediate(() => response.end('world'));
      });
    });
    const { response } = await handlerOf().handle({
      protocol: 'http:',
      hostname: '127.0.0.1',
      port,
      method: 'POST',
      path: '/a%20b',
      query: { states: ['IDLE', 'BUSY'], at: "2026-11-20T00:00:00Z'", flag: null },
      headers: { 'x-one': '1' },
      body: 'ping',
    });
    expect(seen).toEqual([['POST', '/a%20b?states=IDLE&states=BUSY&at=2026-11-20T00%3A00%3A00Z%27&flag', '1', 'ping']]);
    expect(response).toMatchObject({ statusCode: 201, headers: { 'content-type': 'text/plain', 'set-cookie': 'a,b' } });
    expect(Buffer.from(response.body).toString()).toBe('hello world');
  });

  const get = (port: number) =>
    ({ protocol: 'http:', hostname: '127.0.0.1', port, method: 'GET', path: '/', headers: {} }) as const;

  it('keeps connections, and no more than it may', async () => {
    const sockets = new Set<unknown>();
    const port = await serve((request, response) => {
      sockets.add(request.socket);
      response.end('x');
    });
    const handler = handlerOf(2);
    for (let round = 0; round < 3; round++) {
      await Promise.all(Array.from({ length: 6 }, () => handler.handle(get(port))));
    }
    expect(sockets.size).toBe(2);
  });

  it('an abort closes the connection, before and during the answer', async () => {
    const closed: string[] = [];
    const port = await serve((request, response) => {
      request.on('close', () => closed.push('closed'));
      response.on('close', () => closed.push('closed'));
      if (request.headers['x-begin'] !== undefined) response.write('half of ');
    });
    const handler = handlerOf();
    for (const headers of [{}, { 'x-begin': '1' }]) {
      const controller = new AbortController();
      const pending = handler.handle({ ...get(port), headers }, { abortSignal: controller.signal });
      setTimeout(() => controller.abort(), 10);
      await expect(pending).rejects.toMatchObject({ name: 'AbortError' });
    }
    await expect.poll(() => closed.length).toBeGreaterThanOrEqual(2);
    await expect(handler.handle(get(port), { abortSignal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });

  it.each([403, 407, 511])('takes a web page with HTTP %i for the answer of a proxy', async (status) => {
    const port = await serve((_request, response) => {
      response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end('<html>No</html>');
    });
    const message = 'a proxy or a firewall answered with a web page';
    await expect(handlerOf().handle(get(port))).rejects.toMatchObject({ code: `PROXY_${status}`, message });
  });

  it.each([
    [403, 'application/x-amz-json-1.1'],
    [503, 'text/html'],
  ])('takes HTTP %i with %s for the answer of the service', async (status, type) => {
    const port = await serve((_request, response) => {
      response.writeHead(status, { 'content-type': type }).end('{}');
    });
    expect((await handlerOf().handle(get(port))).response).toMatchObject({ statusCode: status });
  });

  it('takes half an answer for none', async () => {
    const port = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
      setImmediate(() => response.destroy());
    });
    await expect(handlerOf().handle(get(port))).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});

describe('sending with a signal', () => {
  const settings = {
    region: 'us-east-1',
    profile: undefined,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    readsPerSecond: 10,
    writesPerSecond: 5,
  };

  it('keeps the resolved middleware from call to call, and aborts one call only', async () => {
    let held: ServerResponse | undefined;
    const port = await serve((request, response) => {
      request.resume();
      if (held === undefined) held = response;
      else response.end('{"SessionId":"s"}');
    });
    const config = toClientConfig({ ...settings, endpoint: `http://127.0.0.1:${port}` });
    const client = withoutNodeWarning(() => new AthenaClient(config));
    open.push({ close: () => client.destroy() });
    const sender = new AbortableSender(client, config.requestHandler);
    const resolve = vi.spyOn(GetSessionCommand.prototype, 'resolveMiddleware');
    const controller = new AbortController();
    const first = sender.send(new GetSessionCommand({ SessionId: 'a' }), controller.signal);
    const never = new AbortController().signal;
    await expect.poll(() => held).toBeDefined();
    await sender.send(new GetSessionCommand({ SessionId: 'b' }), never);
    await sender.send(new GetSessionCommand({ SessionId: 'c' }), never);
    controller.abort();
    await expect(first).rejects.toMatchObject({ name: 'AbortError' });
    expect(resolve).toHaveBeenCalledTimes(1);
    resolve.mockRestore();
  });

  it.each([
    [10, 5, 50],
    [100, 20, 240],
    [1_000_000, 1, 500],
  ])('keeps sockets for %i reads and %i writes a second: %i', (readsPerSecond, writesPerSecond, sockets) => {
    expect(socketsFor({ ...settings, endpoint: undefined, readsPerSecond, writesPerSecond })).toBe(sockets);
  });
});

describe('loading an SDK', () => {
  it('leaves the environment as it was, also when building fails', () => {
    const name = 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED';
    const before = process.env[name];
    expect(() =>
      withoutNodeWarning(() => {
        expect(process.env[name]).toBe('true');
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(process.env[name]).toBe(before);
  });

  it.each(Object.entries(PLACES))(
    'of %s happens at the first call, and neither warns nor writes to stderr',
    async (provider, place) => {
      const program = `
        const { plugin } = await import('./providers/${provider}/plugin.ts');
        const { systemClock, systemRandom, silentLogger } = await import('./src/session/system-ports.ts');
        const { createRequire } = await import('node:module');
        const loaded = () => Object.keys(createRequire(import.meta.url).cache).filter((file) => /[\\\\/]@(aws-sdk|smithy)[\\\\/]/.test(file)).length;
        const options = {
          region: 'us-east-1', endpoint: 'http://127.0.0.1:9', credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
          ...${JSON.stringify(place)},
        };
        const parsed = plugin.parseOptions(options);
        const made = plugin.create(parsed.config, { clock: systemClock, random: systemRandom, logger: silentLogger });
        const before = loaded();
        const kind = await made.listPage({}, undefined, { signal: new AbortController().signal, deadline: Infinity, attempt: 1 })
          .then(() => 'answered', (error) => error.kind + ' ' + error.native.code);
        console.log(JSON.stringify({ before, after: loaded() > 0, kind, left: process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ?? null }));
      `;
      const { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: _, ...env } = process.env;
      const { stdout, stderr } = await promisify(execFile)(
        process.execPath,
        ['--import', 'tsx', '--input-type=module', '--eval', program],
        { cwd: new URL('../../../', import.meta.url), env },
      );
      expect(JSON.parse(stdout)).toEqual({ before: 0, after: true, kind: 'unavailable ECONNREFUSED', left: null });
      expect(stderr).toBe('');
    },
    30_000,
  );
});

describe('the one free text of a session', () => {
  const ownership = { owner: 'team-a', token: `as-${'0'.repeat(28)}-1` };

  it.each([undefined, 'nightly', 'two words', ' spaced ', 'ümläut', 'x'.repeat(128)])('keeps the name %j', (name) => {
    const text = formatOwnershipTag(name, ownership, 256);
    expect(parseOwnershipTag(text)).toEqual({ ...(name === undefined ? {} : { name }), ownership });
  });

  it("fits the longest name with the longest ownership into EMR Serverless' 256 characters", () => {
    const name = 'n'.repeat(128);
    const longest = { owner: 'o'.repeat(63), token: 't'.repeat(40), lifetimeMs: LONGEST_LIFETIME_MS };
    const text = formatOwnershipTag(name, longest, 256);
    expect(text).toHaveLength(256);
    expect(parseOwnershipTag(text)).toEqual({ name, ownership: longest });
  });

  it('leaves the texts of others alone', () => {
    expect(parseOwnershipTag('by hand')).toEqual({ name: 'by hand' });
    expect(parseOwnershipTag('')).toEqual({});
    expect(parseOwnershipTag(undefined)).toEqual({});
  });

  it('refuses what would not come back', () => {
    expect(() => formatOwnershipTag(`anysession:x:${ownership.token}`, ownership, 256)).toThrow(/choose another name/);
    expect(() => formatOwnershipTag('n'.repeat(250), ownership, 256)).toThrow(/are left for it/);
  });
});
