import { create, toBinary } from '@bufbuild/protobuf';
import { Metadata, Server, ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js';
import { describe, expect, it, type TestContext } from 'vitest';
import type { ConnectEndpoint } from '../../src/contract/session-provider.ts';
import {
  AnalyzePlanRequestSchema,
  ConfigRequestSchema,
  ErrorInfoSchema,
  ExecutePlanRequestSchema,
  StatusSchema,
} from '../../src/spark-connect/wire/spark-connect_pb.ts';
import { endpointTo } from '../spark-connect/connect-stage.ts';
import {
  bytesOf,
  decoded,
  executePlan,
  openProxyStage,
  RawClient,
  rowCounts,
  SERVICE,
  SESSION,
} from './proxy-stage.ts';

/** A field that no version of Spark has, and its value. */
const UNKNOWN_FIELD = Buffer.from([0x82, 0xf8, 0xff, 0xff, 0x0f, 0x02, 0x68, 0x69]);

type Call = ServerDuplexStream<Buffer, Uint8Array>;

/** A server of methods that the test answers in bytes. */
async function byteServer(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  methods: Readonly<Record<string, (call: Call) => void>>,
): Promise<{ readonly endpoint: Partial<ConnectEndpoint> }> {
  const server = new Server({ 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 });
  const same = (bytes: Uint8Array): Buffer => Buffer.from(bytes);
  const asBytes = {
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
  for (const [name, answer] of Object.entries(methods)) {
    const path = `${SERVICE}${name}`;
    server.addService({ [name]: { path, requestStream: true, responseStream: true, ...asBytes } }, { [name]: answer });
  }
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  onTestFinished(() => server.forceShutdown());
  const { host, metadata, ...place } = endpointTo(port);
  return { endpoint: place };
}

/** Reads all requests of a call. */
function requestsOf(call: Call): Promise<Buffer[]> {
  const requests: Buffer[] = [];
  call.on('data', (request: Buffer) => requests.push(request));
  return new Promise((resolve) => call.on('end', () => resolve(requests)));
}

const version = bytesOf(AnalyzePlanRequestSchema, {
  sessionId: SESSION,
  userContext: { userId: 'ann' },
  analyze: { case: 'sparkVersion', value: {} },
});

describe('a proxy', () => {
  it('passes a result on, and manages it for a client that cannot reattach', async (context) => {
    const { client, server } = await openProxyStage(context);
    const answered = await client.call('ExecutePlan', [executePlan()]);
    expect(answered.error).toBeUndefined();
    expect(rowCounts(answered)).toEqual([2, 1]);
    // The client did not ask for the mark of the end.
    expect(decoded(answered).map(({ responseType }) => responseType.case)).toEqual(['arrowBatch', 'arrowBatch']);
    const [{ request }] = server.calls as unknown as [{ request: { operationId: string } }];
    expect(request).toMatchObject({
      sessionId: SESSION,
      userContext: { userId: 'ann' },
      operationId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      requestOptions: [{ requestOption: { case: 'reattachOptions', value: { reattachable: true } } }],
    });
    await expect.poll(() => [...server.released]).toEqual([request.operationId]);
    expect(server.interrupted).toEqual([]);
  });

  it('leaves the operation of a client that reattaches to it', async (context) => {
    const { client, server } = await openProxyStage(context);
    const operationId = '99999999-2222-4333-8444-555555555555';
    const answered = await client.call('ExecutePlan', [executePlan({ reattaches: true, operationId })]);
    expect(decoded(answered).at(-1)?.responseType.case).toBe('resultComplete');
    expect(server.calls.map(({ method }) => method)).toEqual(['ExecutePlan']);
    expect(server.calls[0]?.request).toMatchObject({ operationId, requestOptions: [{}] });
  });

  it('passes unknown fields and methods on, byte for byte', async (context) => {
    const seen: Buffer[][] = [];
    const echo = (call: Call): void => {
      void requestsOf(call).then((requests) => {
        seen.push(requests);
        for (const request of requests) call.write(request);
        call.end();
      });
    };
    const methods = ['AnalyzePlan', 'Config', 'AddArtifacts', 'MethodOfSpark9', 'CloneSession'];
    const { endpoint } = await byteServer(context, Object.fromEntries(methods.map((method) => [method, echo])));
    const { client } = await openProxyStage(context, { endpoint });
    for (const method of methods) {
      const request = Buffer.concat([version, UNKNOWN_FIELD]);
      expect(await client.call(method, [request])).toMatchObject({ answers: [request], error: undefined });
      expect(seen.pop()).toEqual([request]);
    }
    // What is no message at all is not for the proxy to judge where it does not know the method.
    const noMessage = Buffer.from([0xff, 0xff]);
    expect((await client.call('MethodOfSpark9', [noMessage])).answers).toEqual([noMessage]);
    expect((await client.call('AnalyzePlan', [noMessage])).error).toMatchObject({ code: 3 });
  });

  it('sends the metadata of the client with a fresh token, and nothing of its own', async (context) => {
    let received: Record<string, unknown> = {};
    const { endpoint } = await byteServer(context, {
      Config: (call) => {
        received = call.metadata.getMap();
        call.sendMetadata(withEntry('x-server', 'first'));
        call.write(Buffer.from(''));
        call.end(withEntry('x-server-last', 'last'));
      },
    });
    const metadata = { 'x-aws-proxy-auth': 'secret-token-1' };
    const { proxy } = await openProxyStage(context, { endpoint: { ...endpoint, metadata } });
    const mine = { authorization: `Bearer ${proxy.key}`, 'x-mine': 'kept', 'x-aws-proxy-auth': 'stale' };
    const client = new RawClient(`127.0.0.1:${proxy.port}`, mine);
    context.onTestFinished(() => client.close());
    const { trailers, error } = await client.call('Config', [bytesOf(ConfigRequestSchema, { sessionId: SESSION })]);
    expect(error).toBeUndefined();
    expect(received).toMatchObject({ 'x-mine': 'kept', 'x-aws-proxy-auth': 'secret-token-1' });
    expect(Object.keys(received)).not.toContain('authorization');
    expect(Object.keys(received)).not.toContain('x-anysession-key');
    expect(trailers?.get('x-server-last')).toEqual(['last']);
  });

  it('passes the UNIMPLEMENTED of Spark 3.5 on', async (context) => {
    const { client } = await openProxyStage(context);
    const { error } = await client.call('ReleaseSession', [version]);
    expect(error).toMatchObject({ code: 12 });
  });

  it('passes details of errors on as they are, unless they repeat the token', async (context) => {
    const info = toBinary(
      ErrorInfoSchema,
      create(ErrorInfoSchema, { reason: 'X', metadata: { errorClass: 'NO_TABLE' } }),
    );
    const details = Buffer.from(
      toBinary(StatusSchema, create(StatusSchema, { details: [{ typeUrl: 'x/google.rpc.ErrorInfo', value: info }] })),
    );
    let trailers = new Metadata();
    const { endpoint } = await byteServer(context, {
      AnalyzePlan: (call) => call.emit('error', { code: 13, details: '[NO_TABLE] secret-token-1', metadata: trailers }),
    });
    const metadata = { 'x-aws-proxy-auth': 'secret-token-1' };
    const { client } = await openProxyStage(context, { endpoint: { ...endpoint, metadata } });
    trailers.set('grpc-status-details-bin', Buffer.concat([details, UNKNOWN_FIELD]));
    const { error } = await client.call('AnalyzePlan', [version]);
    expect(error?.details).toBe('[NO_TABLE] …');
    expect(error?.metadata.get('grpc-status-details-bin')).toEqual([Buffer.concat([details, UNKNOWN_FIELD])]);
    trailers = withEntry('x-log', 'refused: secret-token-1');
    trailers.set('x-other', 'kept');
    const second = await client.call('AnalyzePlan', [version]);
    expect(second.error?.metadata.getMap()).toMatchObject({ 'x-other': 'kept' });
    expect(JSON.stringify(second.error?.metadata)).not.toContain('secret-token');
  });

  it.for(['ExecutePlan', 'AnalyzePlan', 'AddArtifacts'])(
    'ends %s on the server when its client leaves, and at its deadline',
    async (method, context) => {
      const ended: string[] = [];
      const hang = (call: Call): void => {
        call.on('cancelled', () => ended.push(method));
        call.on('data', () => {});
      };
      const { endpoint } = await byteServer(context, { [method]: hang });
      const { client } = await openProxyStage(context, { endpoint });
      const call = client.open(method);
      call.on('error', () => {});
      call.write(executePlan());
      setTimeout(() => call.cancel(), 200);
      await expect.poll(() => ended, { timeout: 5000 }).toEqual([method]);
      const { error } = await client.call(method, [executePlan()], { deadline: Date.now() + 300 });
      expect(error).toMatchObject({ code: 4 });
      await expect.poll(() => ended, { timeout: 5000 }).toEqual([method, method]);
    },
  );

  it('streams an upload, and repeats none of it', async (context) => {
    const pieces = Array.from({ length: 40 }, (_, at) => Buffer.alloc(256 * 1024, at));
    const first = bytesOf(ExecutePlanRequestSchema, { sessionId: SESSION });
    const seen: boolean[] = [];
    let refuses = false;
    const { endpoint } = await byteServer(context, {
      AddArtifacts: (call) => {
        if (refuses) return void call.emit('error', { code: 16, details: 'expired' });
        void requestsOf(call).then((requests) => {
          seen.push(Buffer.concat(requests).equals(Buffer.concat([first, ...pieces])) && requests.length === 41);
          call.write(Buffer.from(''));
          call.end();
        });
      },
    });
    const stage = await openProxyStage(context, { endpoint: { ...endpoint, expiresAtMs: Date.now() + 60_000 } });
    expect((await stage.client.call('AddArtifacts', [first, ...pieces])).error).toBeUndefined();
    expect(seen).toEqual([true]);
    // A token that lives for one more minute is renewed before.
    expect(stage.asked()).toBe(2);
    refuses = true;
    const { error } = await stage.client.call('AddArtifacts', [first]);
    expect(error).toMatchObject({ code: 16, details: 'expired' });
    expect(seen).toEqual([true]);
  });

  it('reads no more than a slow client takes', async (context) => {
    const message = Buffer.concat([fromNothing(), Buffer.alloc(1024 * 1024)]);
    let written = 0;
    const { endpoint } = await byteServer(context, {
      ExecutePlan: (call) => {
        const more = (): void => {
          if (written >= 400) return void call.end();
          call.write(message, () => {
            written += 1;
            more();
          });
        };
        more();
      },
    });
    const { client } = await openProxyStage(context, { endpoint });
    const call = client.open('ExecutePlan');
    call.on('error', () => {});
    // A client of gRPC for Node.js reads without a limit until it has begun to read.
    call.once('data', () => call.pause());
    call.write(executePlan({ reattaches: true }));
    call.end();
    // The window of HTTP/2, what waits for the client and what it holds itself, of 400 MB. Then nothing more is read.
    await expect.poll(() => written).toBeGreaterThan(20);
    const later = (): Promise<number> => new Promise((resolve) => setTimeout(() => resolve(written), 1_000));
    let full = await later();
    for (let next = await later(); next > full && next < 400; next = await later()) full = next;
    expect(full).toBeLessThan(48);
    call.cancel();
  });
});

function withEntry(key: string, value: string): Metadata {
  const metadata = new Metadata();
  metadata.set(key, value);
  return metadata;
}

/** The start of an answer whose arrow batch holds the bytes that follow, one megabyte of them. */
function fromNothing(): Buffer {
  // Field 2, length 1 MiB + nothing: the batch is never parsed here.
  return Buffer.from([0x12, 0x80, 0x80, 0x40]);
}
