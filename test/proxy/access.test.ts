import { ExecutePlanRequestSchema } from '../../src/spark-connect/wire/spark-connect_pb.ts';
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { SessionError } from '../../src/contract/session-error.ts';
import { RecordingLogger } from '../../src/testing/recording.ts';
import { failureOf } from '../failure-of.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import {
  bytesOf,
  decoded,
  executePlan,
  openProxyStage,
  RawClient,
  rowCounts,
  SERVICE,
  SESSION,
  type Answered,
} from './proxy-stage.ts';
import { systemClock } from '../../src/session/system-ports.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

describe('the key of a proxy', () => {
  const cases: Readonly<Record<string, (key: string) => Readonly<Record<string, string>>>> = {
    'as metadata': (key) => ({ 'x-anysession-key': key }),
    'as a bearer token': (key) => ({ authorization: `Bearer ${key}` }),
    'as a bearer token in lower case': (key) => ({ authorization: `bearer ${key}` }),
  };
  it.for(Object.keys(cases))('is accepted %s', async (how, context) => {
    const { proxy } = await openProxyStage(context);
    const client = new RawClient(`127.0.0.1:${proxy.port}`, cases[how]!(proxy.key));
    context.onTestFinished(() => client.close());
    expect(rowCounts(await client.call('ExecutePlan', [executePlan()]))).toEqual([2, 1]);
  });

  const refused: Readonly<Record<string, (key: string) => Readonly<Record<string, string>>>> = {
    'is missing': () => ({}),
    'is wrong': () => ({ 'x-anysession-key': 'a'.repeat(64) }),
    'is cut': (key) => ({ 'x-anysession-key': key.slice(1) }),
    'is empty': () => ({ 'x-anysession-key': '', authorization: 'Bearer ' }),
    'is a password': (key) => ({ authorization: `Basic ${key}` }),
  };
  it.for(Object.keys(refused))('keeps clients out when it %s', async (how, context) => {
    const { proxy, server, asked } = await openProxyStage(context);
    const client = new RawClient(`127.0.0.1:${proxy.port}`, refused[how]!(proxy.key));
    context.onTestFinished(() => client.close());
    for (const method of ['ExecutePlan', 'AddArtifacts', 'MethodOfSpark9']) {
      const { error } = await client.call(method, [executePlan()]);
      expect(error).toMatchObject({ code: 16 });
      expect(error?.details).not.toContain(proxy.key);
    }
    // No session was asked for.
    expect([server.calls, asked()]).toEqual([[], 0]);
  });

  it('is in no JSON, no inspection and no log line', async (context) => {
    const logger = new RecordingLogger();
    const { proxy, client } = await openProxyStage(context, { logger });
    await client.call('ExecutePlan', [executePlan()]);
    expect(proxy.url).toBe(`sc://127.0.0.1:${proxy.port}/;x-anysession-key=${proxy.key}`);
    expect(proxy.key).toMatch(/^[0-9a-f]{64}$/);
    const texts = [JSON.stringify(proxy), inspect(proxy, { depth: 9, showHidden: false }), JSON.stringify(logger)];
    for (const text of texts) expect(text).not.toContain(proxy.key);
    expect(JSON.stringify(logger)).toContain('ExecutePlan');
    expect(JSON.stringify(logger)).not.toContain('secret-token');
  });
});

describe('a proxy on loopback', () => {
  it.for(['evil.example:PORT', 'evil.example', '127.0.0.1:1', 'localhost.evil.example:PORT'])(
    'refuses a page of another name: %s',
    async (authority, context) => {
      const { proxy } = await openProxyStage(context);
      const client = new RawClient(
        `127.0.0.1:${proxy.port}`,
        { 'x-anysession-key': proxy.key },
        { 'grpc.default_authority': authority.replace('PORT', String(proxy.port)) },
      );
      context.onTestFinished(() => client.close());
      const { error } = await client.call('ExecutePlan', [executePlan()]);
      expect(error).toMatchObject({ code: 7 });
    },
  );

  it('serves Spark Connect alone', async (context) => {
    const { client, asked } = await openProxyStage(context);
    const { error } = await client.call('/grpc.reflection.v1.ServerReflection/ServerReflectionInfo', [executePlan()]);
    expect([error?.code, asked()]).toEqual([12, 0]);
  });

  it('names a port that is taken', async (context) => {
    const taken = createServer().listen(0, '127.0.0.1');
    context.onTestFinished(() => void taken.close());
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as AddressInfo;
    const failure = await failureOf(openProxyStage(context, { port }));
    expect(failure).toMatchObject({ kind: 'config-invalid' });
    expect(failure.message).toContain(`127.0.0.1:${port}`);
  });
});

describe('a proxy for other machines', () => {
  const files = {
    host: '127.0.0.1',
    certFile: fixture('hosts-cert.pem'),
    keyFile: fixture('hosts-key.pem'),
  };

  it('speaks TLS, with the key of the token file', async (context) => {
    const tokenFile = join(temporaryFolder(context.onTestFinished), 'token');
    writeFileSync(tokenFile, 'a-token-that-nobody-guesses\n');
    const { proxy } = await openProxyStage(context, { listen: { ...files, tokenFile } });
    expect(proxy.url).toContain('use_ssl=true');
    const ssl = credentials.createSsl(readFileSync(files.certFile), null, null, {
      checkServerIdentity: () => undefined,
    });
    const client = new Client(`localhost:${proxy.port}`, ssl);
    context.onTestFinished(() => client.close());
    const metadata = new Metadata();
    const call = (): Promise<ServiceError | undefined> =>
      new Promise((resolve) => {
        const stream = client.makeBidiStreamRequest(`${SERVICE}ExecutePlan`, Buffer.from, (bytes) => bytes, metadata);
        stream.on('data', () => {});
        stream.on('error', (error: ServiceError) => resolve(error));
        stream.on('end', () => setImmediate(() => resolve(undefined)));
        stream.write(executePlan());
        stream.end();
      });
    expect(await call()).toMatchObject({ code: 16 });
    metadata.set('authorization', 'Bearer a-token-that-nobody-guesses');
    expect(await call()).toBeUndefined();
    const plain = new RawClient(`127.0.0.1:${proxy.port}`, { 'x-anysession-key': proxy.key });
    context.onTestFinished(() => plain.close());
    expect((await plain.call('ExecutePlan', [executePlan()])).error).toMatchObject({ code: 14 });
  });

  it.for(['certFile', 'keyFile', 'tokenFile'] as const)('names a %s that it cannot read', async (name, context) => {
    const tokenFile = join(temporaryFolder(context.onTestFinished), 'token');
    writeFileSync(tokenFile, 'a-token-that-nobody-guesses\n');
    const failure = await failureOf(openProxyStage(context, { listen: { ...files, tokenFile, [name]: '/nowhere/x' } }));
    expect(failure).toMatchObject({ kind: 'config-invalid' });
    expect(failure.message).toContain('/nowhere/x');
  });
});

describe('a session that is not ready', () => {
  const call = async (
    context: Parameters<typeof openProxyStage>[0],
    get: (signal: AbortSignal) => Promise<never>,
    startTimeoutMs = 300,
  ): Promise<Answered> => {
    const source = () => (_client: unknown, signal: AbortSignal) => get(signal);
    const { client } = await openProxyStage(context, { startTimeoutMs, source });
    return client.call('ExecutePlan', [executePlan()]);
  };

  it('is FAILED_PRECONDITION after the start timeout, and the wait ends', async (context) => {
    let aborted = false;
    const { error } = await call(context, async (signal) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      aborted = true;
      throw new Error('never shown');
    });
    expect(error).toMatchObject({ code: 9 });
    expect(error?.details).toContain('after 300 ms');
    expect(aborted).toBe(true);
  });

  it('is waited for once: a client that retries gets its answer soon', async (context) => {
    const source = () => (_client: unknown, signal: AbortSignal) =>
      new Promise<never>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('never shown')));
      });
    const { client } = await openProxyStage(context, { startTimeoutMs: 4_000, source, clock: systemClock });
    const startedMs = performance.now();
    expect((await client.call('ExecutePlan', [executePlan()])).error).toMatchObject({ code: 9 });
    const firstMs = performance.now() - startedMs;
    expect((await client.call('ExecutePlan', [executePlan()])).error).toMatchObject({ code: 9 });
    // 4 s, and then 2 s.
    expect(performance.now() - startedMs - firstMs).toBeLessThan(firstMs);
  });

  const kinds = [
    ['session-failed', 9],
    ['unavailable', 9],
    ['timeout', 9],
    ['unsupported', 9],
    ['quota-exceeded', 8],
    ['forbidden', 7],
    ['unauthenticated', 16],
    ['internal', 13],
  ] as const;
  it.for(kinds)('answers %s with status %i, its reason and never UNAVAILABLE', async ([kind, code], context) => {
    const error = new SessionError(kind, `session 's-1' failed (FAILED): no capacity`, { operation: 'start' });
    const answered = await call(context, () => Promise.reject(error));
    expect(answered.error).toMatchObject({ code });
    expect(answered.error?.details).toContain('failed (FAILED): no capacity');
  });
});

describe('a service that names its Spark session', () => {
  const endpoint = { sessionId: 'aaaaaaaa-2222-4333-8444-555555555555', userId: 'cloud' };

  it('gets its name, and the client its own', async (context) => {
    const { client, server } = await openProxyStage(context, { endpoint });
    const answered = await client.call('ExecutePlan', [executePlan()]);
    expect(answered.error).toBeUndefined();
    expect(decoded(answered).map(({ sessionId }) => sessionId)).toEqual([SESSION, SESSION]);
    const named = { sessionId: endpoint.sessionId, userContext: { userId: 'cloud' } };
    await expect.poll(() => server.count('ReleaseExecute')).toBe(1);
    for (const { request } of server.calls) expect(request).toMatchObject(named);
  });

  it('keeps its session when a client releases it, and gets no method whose names are unknown', async (context) => {
    const { client, server } = await openProxyStage(context, { endpoint });
    const { error, answers } = await client.call('ReleaseSession', [executePlan()]);
    expect([error, answers.length]).toEqual([undefined, 1]);
    for (const method of ['CloneSession', 'MethodOfSpark9']) {
      expect((await client.call(method, [executePlan()])).error).toMatchObject({ code: 12 });
    }
    expect(server.calls).toEqual([]);
  });
});

describe('clients of one Spark session', () => {
  const endpoint = { sessionId: 'aaaaaaaa-2222-4333-8444-555555555555' };
  const other = (): Uint8Array =>
    bytesOf(ExecutePlanRequestSchema, { sessionId: 'bbbbbbbb-2222-4333-8444-555555555555' });

  it('come one after the other, unless they may share it', async (context) => {
    const { client, proxy } = await openProxyStage(context, { endpoint });
    const second = new RawClient(`127.0.0.1:${proxy.port}`, { 'x-anysession-key': proxy.key });
    context.onTestFinished(() => second.close());
    expect((await client.call('ExecutePlan', [executePlan()])).error).toBeUndefined();
    const { error } = await second.call('ExecutePlan', [other()]);
    expect(error).toMatchObject({ code: 9 });
    expect(error?.details).toContain('another client uses this session');
    await client.call('ReleaseSession', [executePlan()]);
    expect((await second.call('ExecutePlan', [other()])).error).toBeUndefined();
    expect((await client.call('ExecutePlan', [executePlan()])).error).toMatchObject({ code: 9 });
    // A client that is gone holds nothing.
    second.close();
    await expect.poll(async () => (await client.call('ExecutePlan', [executePlan()])).error).toBeUndefined();
  });

  it('share it where the caller asked for that', async (context) => {
    const { client } = await openProxyStage(context, { endpoint, share: true });
    for (const request of [executePlan(), other()]) {
      expect((await client.call('ExecutePlan', [request])).error).toBeUndefined();
    }
  });
});

describe('the metrics of a proxy', () => {
  it('count what it did, for those who have the key', async (context) => {
    const { client, proxy, server } = await openProxyStage(context);
    server.faults = [{ at: 1, kind: 'status', code: 16, text: 'expired' }];
    await client.call('ExecutePlan', [executePlan()]);
    await client.call('MethodOfSpark9', [executePlan()]);
    const page = `http://127.0.0.1:${proxy.port}/metrics`;
    expect((await fetch(page)).status).toBe(401);
    expect((await fetch(`${page}/x`)).status).toBe(404);
    const answer = await fetch(page, { headers: { authorization: `Bearer ${proxy.key}` } });
    const text = await answer.text();
    for (const line of [
      'anysession_proxy_calls_total{method="ExecutePlan",code="OK"} 1',
      'anysession_proxy_calls_total{method="other",code="UNIMPLEMENTED"} 1',
      'anysession_proxy_tokens_renewed_total 1',
      'anysession_proxy_reattaches_total 1',
      'anysession_proxy_open_streams 0',
      'anysession_proxy_waiting_calls 0',
      'anysession_proxy_session_up{session="one"} 1',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
    expect(text).toMatch(/bytes_total\{direction="to_client"\} [1-9]/);
    expect(text).not.toContain(proxy.key);
  });
});
