import * as grpc from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unaryOn, type SendUnary, type UnaryMethod } from '../../../providers/dataproc/unary-call.ts';

const PATH = '/test.Service/Say';
const SAY: UnaryMethod = {
  path: PATH,
  serialize: (request) => Buffer.from(JSON.stringify(request)),
  deserialize: (bytes) => JSON.parse(bytes.toString()) as unknown,
};

type Handler = grpc.handleServerStreamingCall<Buffer, Buffer>;

/** What the server does with the next request; it streams, so that it can also send no message at all. */
let handler: Handler;
const server = new grpc.Server();
let channel: grpc.Channel;
let send: SendUnary;

beforeAll(async () => {
  const bytesAsTheyAre = {
    requestSerialize: (bytes: Buffer) => bytes,
    requestDeserialize: (bytes: Buffer) => bytes,
    responseSerialize: (bytes: Buffer) => bytes,
    responseDeserialize: (bytes: Buffer) => bytes,
  };
  const method = { path: PATH, requestStream: false, responseStream: true, ...bytesAsTheyAre };
  server.addService({ Say: method }, { Say: ((call) => handler(call)) satisfies Handler });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  channel = new grpc.Channel(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), {});
  send = unaryOn(channel, grpc);
});

afterAll(() => {
  channel.close();
  server.forceShutdown();
});

interface Said {
  readonly error: unknown;
  readonly answer: unknown;
}

function say(method = SAY, stopAtOnce = false): Promise<Said> {
  return new Promise((resolve) => {
    const metadata = new grpc.Metadata();
    metadata.set('x-tag', 'a tag');
    const answered = (error: unknown, answer: unknown): void => {
      resolve({ error, answer });
    };
    const stop = send(method, { request: { name: 'n' }, metadata, answered });
    if (stopAtOnce) stop();
  });
}

describe('a unary call on the channel', () => {
  it('sends its request and metadata, and gives the one answer', async () => {
    handler = (call) => {
      const asked = { request: call.request.toString(), tag: call.metadata.get('x-tag') };
      call.write(Buffer.from(JSON.stringify(asked)));
      call.end();
    };
    expect(await say()).toEqual({ error: undefined, answer: { request: '{"name":"n"}', tag: ['a tag'] } });
  });

  it('gives a refusal as an error with its code, words and trailers', async () => {
    handler = (call) => {
      const trailers = new grpc.Metadata();
      trailers.set('x-why', 'quota');
      call.emit('error', { code: grpc.status.RESOURCE_EXHAUSTED, details: 'too often', metadata: trailers });
    };
    const { error } = await say();
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ message: 'too often', code: grpc.status.RESOURCE_EXHAUSTED, details: 'too often' });
    expect((error as grpc.ServiceError).metadata.get('x-why')).toEqual(['quota']);
  });

  it('is an internal error when the answer cannot be read', async () => {
    handler = (call) => {
      call.write(Buffer.from('{"half":'));
      call.end();
    };
    const { error } = await say();
    expect(error).toMatchObject({
      code: grpc.status.INTERNAL,
      details: expect.stringContaining('the answer cannot be read') as unknown,
    });
  });

  it('is an internal error when it ends well without an answer', async () => {
    handler = (call) => {
      call.end();
    };
    expect((await say()).error).toMatchObject({ code: grpc.status.INTERNAL, details: 'the answer had no message' });
  });

  it('ends at once when it is stopped, at the server too', async () => {
    const cancelled = new Promise<void>((resolve) => {
      handler = (call) => {
        call.on('cancelled', resolve);
      };
    });
    const stopped = new Promise<Said>((resolve) => {
      const stop = send(SAY, {
        request: {},
        metadata: new grpc.Metadata(),
        answered: (error, answer) => {
          resolve({ error, answer });
        },
      });
      setTimeout(stop, 100);
    });
    expect((await stopped).error).toMatchObject({ code: grpc.status.CANCELLED });
    await cancelled;
  });

  it('is never sent when it is stopped before that', async () => {
    let isAsked = false;
    handler = () => {
      isAsked = true;
    };
    expect((await say(SAY, true)).error).toMatchObject({ code: grpc.status.CANCELLED });
    handler = (call) => {
      call.write(Buffer.from('1'));
      call.end();
    };
    await say();
    expect(isAsked).toBe(false);
  });

  it('throws what the request cannot be written with', () => {
    const method: UnaryMethod = {
      ...SAY,
      serialize: () => {
        throw new TypeError('no number');
      },
    };
    const call = { request: {}, metadata: new grpc.Metadata(), answered: () => {} };
    expect(() => send(method, call)).toThrow('no number');
  });
});
