import { describe, expect, it } from 'vitest';
import type { ProxyOptions, SparkConnectProxy } from '../../src/contract/spark-connect-proxy.ts';
import type { OpenProxy, SessionsProxyOptions } from '../../src/session/proxied-session.ts';
import type { OpenSessionsProxy } from '../../src/session/sessions.ts';
import { callContext } from '../../src/session/call-context.ts';
import { failureOf } from '../failure-of.ts';
import { Scene } from './scene.ts';

/** A session, its `Sessions`, and openers of proxies that only note what they are asked for. */
async function setUp(sparkConnect = true) {
  const scene = new Scene({ capabilities: { sparkConnect } });
  const opened: object[] = [];
  let closed = 0;
  const proxy = { close: () => Promise.resolve(void (closed += 1)) } as unknown as SparkConnectProxy;
  const openProxy: OpenProxy = (session, options) => {
    opened.push({ session: session.handle.id, options });
    return Promise.resolve(proxy);
  };
  const openSessionsProxy: OpenSessionsProxy = async (start, options) => {
    opened.push({ session: (await start({ name: 'of the proxy' })).handle.id, options });
    return proxy;
  };
  const { sessions, provider } = scene.process({ openProxy, openSessionsProxy });
  const session = await scene.settled(sessions.start());
  return { scene, sessions, session, provider, proxy, opened, closed: () => closed };
}

const LISTEN = { host: '0.0.0.0', certFile: 'cert.pem', keyFile: 'key.pem', tokenFile: 'token' };
const KEY = 'k'.repeat(16);
const { tokenFile: _token, ...WITHOUT_TOKEN } = LISTEN;
const { host: _host, ...WITHOUT_HOST } = LISTEN;
const { certFile: _cert, ...WITHOUT_CERT } = LISTEN;
const { keyFile: _key, ...WITHOUT_KEY } = LISTEN;
const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

describe('session.proxy', () => {
  it('opens a proxy to the session with the options, and closes it when the session is released', async () => {
    const { scene, session, proxy, opened, closed } = await setUp();
    const options: ProxyOptions = { port: 15_002, key: KEY, startTimeoutMs: 1, listen: LISTEN, share: true, logger };
    expect(await session.proxy(options)).toBe(proxy);
    expect(opened).toEqual([{ session: session.handle.id, options }]);
    expect(closed()).toBe(0);
    await scene.settled(session.close());
    expect(closed()).toBe(1);
    expect(await failureOf(session.proxy())).toMatchObject({ kind: 'conflict', operation: 'proxy' });
  });

  it('gives the proxy the endpoint of its provider', async () => {
    const { scene, session, sessions } = await setUp();
    await scene.settled(session.whenReady());
    const endpoint = await scene.settled(session.endpoint(callContext(scene.clock)));
    expect(endpoint).toMatchObject({ host: expect.any(String) as string, metadata: {} });
    await scene.settled(sessions.close());
  });

  it('is unsupported where the provider has no endpoint', async () => {
    const { session, sessions } = await setUp(false);
    for (const refused of [session.proxy(), sessions.proxy()]) {
      const error = await failureOf(refused);
      expect(error).toMatchObject({ kind: 'unsupported', operation: 'proxy' });
      expect(error.message).toContain('sparkConnect');
    }
    const call = callContext({ nowMs: () => 0, monotonicMs: () => 0, schedule: () => () => {} });
    expect(await failureOf(session.endpoint(call))).toMatchObject({ kind: 'unsupported', operation: 'proxy' });
  });
});

describe('sessions.proxy', () => {
  it('opens a proxy that starts sessions, and closes it with the sessions', async () => {
    const { scene, sessions, proxy, opened, closed } = await setUp();
    const options: SessionsProxyOptions = { start: { key: 'k' }, per: 'user', onLost: 'restart', lingerMs: 1_000 };
    expect(await scene.settled(sessions.proxy(options))).toBe(proxy);
    expect(opened).toMatchObject([{ options }]);
    await scene.settled(sessions.close());
    expect(closed()).toBe(1);
    expect(await failureOf(sessions.proxy())).toMatchObject({ kind: 'conflict', operation: 'proxy' });
  });

  it.each([
    { per: 'client', onLost: 'fail', lingerMs: 1 },
    { port: 1, key: KEY, startTimeoutMs: 1, listen: LISTEN, share: false, logger },
  ] satisfies SessionsProxyOptions[])('accepts %j', async (options) => {
    const { scene, sessions } = await setUp();
    await scene.settled(sessions.proxy(options));
  });
});

describe('the options of a proxy', () => {
  const both: readonly (readonly [object, string])[] = [
    [{ port: 0 }, "'port': expected"],
    [{ port: 65_536 }, "'port': expected"],
    [{ port: 1.5 }, "'port': expected"],
    [{ key: 'k'.repeat(15) }, "'key': expected a text of 16 or more visible ASCII characters"],
    [{ key: `${KEY} ` }, "'key': expected a text of 16 or more visible ASCII characters"],
    [{ key: 16 }, "'key': expected"],
    [{ startTimeoutMs: 0 }, "'startTimeoutMs': expected"],
    [{ listen: WITHOUT_TOKEN }, 'tokenFile'],
    [{ listen: WITHOUT_HOST }, 'host'],
    [{ listen: WITHOUT_CERT }, 'certFile'],
    [{ listen: WITHOUT_KEY }, 'keyFile'],
    [{ listen: { ...LISTEN, more: 1 } }, 'more'],
    [{ listen: { ...LISTEN, host: 1 } }, 'host'],
    [{ listen: 'all' }, 'listen'],
    [{ share: 1 }, 'share'],
    [{ logger: {} }, "'logger': expected a logger"],
    [{ logger: null }, "'logger': expected a logger"],
    [{ logger: 'debug' }, "'logger': expected a logger"],
    [{ linger: 1 }, 'linger'],
  ];

  it.each<readonly [whose: string, options: object, problem: string]>([
    ...both.map((row) => ['session', ...row] as const),
    ...both.map((row) => ['sessions', ...row] as const),
    ['session', { per: 'user' }, 'per'] as const,
    ['sessions', { per: 'team' }, 'per'] as const,
    ['sessions', { onLost: 'ignore' }, 'onLost'] as const,
    ['sessions', { lingerMs: 0 }, "'lingerMs': expected"] as const,
  ])('%s.proxy refuses %j', async (whose, options, problem) => {
    const { session, sessions, opened } = await setUp();
    const error = await failureOf((whose === 'session' ? session : sessions).proxy(options));
    expect(error).toMatchObject({ kind: 'invalid-request', operation: 'proxy' });
    expect(error.message).toContain(problem);
    expect(opened).toEqual([]);
  });
});
