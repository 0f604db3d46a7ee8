import { describe, expect, it } from 'vitest';
import type { CallContext } from '../../src/contract/call-context.ts';
import type { SparkConnection, SparkConnectRunner } from '../../src/contract/spark-connect.ts';
import type { CallOptions } from '../../src/session/call-context.ts';
import { failureOf } from '../failure-of.ts';
import { Scene } from './scene.ts';

const CONNECTION = { url: 'sc://spark.example:443' } as SparkConnection;

/** A session whose SQL runs over its endpoint, and what the runner of that was asked for. */
async function setUp({ isRunning = true } = {}) {
  const scene = new Scene({ capabilities: { sql: false } });
  const log: string[] = [];
  const calls: CallContext[] = [];
  let finish = (): void => {};
  const running = new Promise<void>((resolve) => (finish = resolve));
  const sparkConnect: SparkConnectRunner = {
    connect: ({ id }, call) => {
      log.push(`connect ${id}`);
      calls.push(call);
      return Promise.resolve(CONNECTION);
    },
    execute: async ({ id }, { text }) => {
      log.push(`execute ${id} ${text}`);
      if (isRunning) await running;
      return {
        fields: [],
        async *batches() {
          yield* await Promise.resolve([]);
        },
        close: () => Promise.resolve(),
      };
    },
    progress: () => Promise.resolve({}),
    settings: () => Promise.reject(new Error('no settings')),
    release: ({ id }) => {
      log.push(`release ${id}`);
      return Promise.resolve();
    },
    close: () => {
      log.push('close');
      return Promise.resolve();
    },
  };
  const { sessions } = scene.process({ sparkConnect });
  const session = await scene.settled(sessions.start());
  return { scene, sessions, session, log, calls, finish, id: session.handle.id };
}

describe('a session whose SQL runs over its endpoint', () => {
  it('is connected to once it is ready, within the time of the caller', async () => {
    const { scene, session, log, calls, id } = await setUp();
    const startedMs = scene.clock.monotonicMs();
    const connecting = session.connect({ timeoutMs: 60_000 });
    await scene.clock.advance(1);
    expect(log).toEqual([]);
    expect(await scene.settled(connecting)).toBe(CONNECTION);
    expect([session.state, log]).toEqual(['ready', [`connect ${id}`]]);
    expect(calls[0]?.deadline).toBe(startedMs + 60_000);
  });

  it.each<[string, CallOptions, string]>([
    ['a time that is none', { timeoutMs: -1 }, 'invalid-request'],
    ['an unknown option', { timeout: 1 } as CallOptions, 'invalid-request'],
    ['an aborted signal', { signal: AbortSignal.abort() }, 'aborted'],
    ['too short a time', { timeoutMs: 10 }, 'timeout'],
  ])('is not connected to with %s', async (_what, options, kind) => {
    const { scene, session, log } = await setUp();
    expect((await failureOf(scene.settled(session.connect(options)))).kind).toBe(kind);
    expect(log).toEqual([]);
  });

  it('runs SQL there, and its channel is released after its statements', async () => {
    const { scene, session, log, finish, id } = await setUp();
    const statement = session.submit('SELECT 1');
    await scene.settled(session.whenReady());
    await scene.clock.advance(1);
    expect(log).toEqual([`execute ${id} SELECT 1`]);
    session.detach();
    await scene.clock.advance(1);
    finish();
    await scene.settled(statement.done);
    await scene.clock.advance(1);
    expect(log).toEqual([`execute ${id} SELECT 1`, `release ${id}`]);
  });

  it('is released, and all channels are closed, with the sessions', async () => {
    const { scene, sessions, session, log, id } = await setUp({ isRunning: false });
    await scene.settled(session.sql('SELECT 1').then((result) => result.rows()));
    await scene.settled(sessions.close());
    expect(log).toEqual([`execute ${id} SELECT 1`, `release ${id}`, 'close']);
  });

  it('is not connected to where the provider has no endpoint', async () => {
    const scene = new Scene();
    const session = await scene.settled(scene.process().sessions.start());
    expect(await failureOf(session.connect())).toMatchObject({ kind: 'unsupported', operation: 'connect' });
    session.detach();
    expect((await failureOf(session.connect())).kind).toBe('conflict');
  });
});
