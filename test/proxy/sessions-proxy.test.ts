import { describe, it, type TestContext } from 'vitest';
import type { StartOptions } from '../../src/session/start-options.ts';
import { openSessions } from '../../src/open-sessions.ts';
import { cloud, CLOUDS, type Cloud } from '../cli/clouds.ts';
import { failureOf } from '../failure-of.ts';
import { AnalyzePlanRequestSchema } from '../../src/spark-connect/wire/spark-connect_pb.ts';
import { bytesOf, RawClient } from './proxy-stage.ts';

/** A cloud whose sessions a proxy starts, and clients of it. */
async function scene(name: Cloud, context: TestContext) {
  const { onTestFinished } = context;
  const place = await cloud(name, context);
  const sessions = await openSessions({ config: `${place.cwd}/anysession.config.yaml` });
  onTestFinished(() => sessions[Symbol.asyncDispose]());
  const version = async (address: string, key: string, userId = 'ann', sessionId = crypto.randomUUID()) => {
    const client = new RawClient(address, { 'x-anysession-key': key });
    onTestFinished(() => client.close());
    const request = { sessionId, userContext: { userId }, analyze: { case: 'sparkVersion', value: {} } } as const;
    return (await client.call('AnalyzePlan', [bytesOf(AnalyzePlanRequestSchema, request)])).error;
  };
  return { ...place, sessions, version };
}

describe('sessions.proxy()', { timeout: 60_000 }, () => {
  it.concurrent.for(CLOUDS)(
    '%s: starts nothing before the first call, one session for all then, and ends it when it is closed',
    async (name, context) => {
      const { expect } = context;
      const { sessions, emulator, version } = await scene(name, context);
      const proxy = await sessions.proxy({ start: { name: 'shared' }, ...(name === 'dataproc' && { share: true }) });
      expect(emulator.oracle.sessions()).toEqual([]);
      const address = `127.0.0.1:${proxy.port}`;
      const errors = await Promise.all([version(address, proxy.key), version(address, proxy.key, 'bob')]);
      expect(errors).toEqual([undefined, undefined]);
      expect(emulator.oracle.sessions()).toHaveLength(1);
      await proxy.close();
      expect(emulator.oracle.live()).toEqual([]);
    },
  );

  it.concurrent('starts a session for each user, whose key is that of the proxy and the user', async (context) => {
    const { expect } = context;
    const { sessions, emulator, version, run } = await scene('emr-serverless', context);
    const proxy = await sessions.proxy({ start: { key: 'team' }, per: 'user' });
    const address = `127.0.0.1:${proxy.port}`;
    for (const user of ['ann', 'bob', 'ann']) expect(await version(address, proxy.key, user)).toBeUndefined();
    expect(emulator.oracle.live()).toHaveLength(2);
    expect((await run(['describe', 'key:team/bob'])).code).toBe(0);
    await sessions.close();
    expect(emulator.oracle.live()).toEqual([]);
    expect(await version(address, proxy.key)).toMatchObject({ code: 14 });
  });

  it.concurrent('refuses options that it does not know, and sessions that do not speak Spark', async (context) => {
    const { expect } = context;
    const { sessions } = await scene('athena', context);
    const wrong = [{ per: 'team' }, { start: { name: 1 }, port: 'x' }, { linger: 5 }, { key: 'short' }] as const;
    for (const options of wrong) {
      expect(await failureOf(sessions.proxy(options as object))).toMatchObject({ kind: 'invalid-request' });
    }
    const local = await openSessions({ provider: (await import('../../providers/local/index.ts')).local() });
    context.onTestFinished(() => local.close());
    expect(await failureOf(local.proxy())).toMatchObject({ kind: 'unsupported', operation: 'proxy' });
  });

  it.concurrent('a start that is refused is the answer to the call, and nothing is left', async (context) => {
    const { expect } = context;
    const { sessions, emulator, version } = await scene('athena', context);
    emulator.faults.add({
      operation: 'StartSession',
      kind: 'error',
      code: 'AccessDeniedException',
      httpStatus: 400,
      times: 10,
    });
    const start: StartOptions = { name: 'refused' };
    const proxy = await sessions.proxy({ start });
    const error = await version(`127.0.0.1:${proxy.port}`, proxy.key);
    expect(error?.details).toContain('AccessDeniedException');
    expect(emulator.oracle.sessions()).toEqual([]);
  });
});
