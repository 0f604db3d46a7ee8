import { describe, expect } from 'vitest';

import type { Clock } from '../../src/contract/ports.ts';
import { startEmulator, type EmulatorOptions } from '../../src/emulator/index.ts';
import { athena, athenaState, emr, emrState, emulate, startAthena, startEmr, TOKEN, it } from './wire-client.ts';

const scope = (region: string, service: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=AKIDSECRET/20270101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
});

describe('startEmulator', () => {
  it('listens on the loopback address, with a port for each requested service', async () => {
    await using emulator = await startEmulator({ services: ['athena'] });
    expect(emulator.urls.athena).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(() => emulator.urls.emrServerless).toThrow(expect.objectContaining({ kind: 'config-invalid' }) as Error);
    const { athena: control, sparkConnect } = emulator.urls;
    expect(JSON.parse(JSON.stringify(emulator.urls))).toEqual({ athena: control, sparkConnect });
  });

  it('is closed by close and by await using, once, and then answers no calls', async () => {
    const emulator = await startEmulator();
    await fetch(`${emulator.urls.athena}/__emulator/log`);
    await Promise.all([emulator.close(), emulator.close()]);
    await expect(fetch(emulator.urls.athena)).rejects.toThrow();
  });

  it('says which port is taken, and leaves nothing open', async () => {
    await using first = await startEmulator({ services: ['athena'] });
    const port = Number(new URL(first.urls.athena).port);
    const message = expect.stringContaining(`port ${port}`) as string;
    const second = startEmulator({ ports: { 'emr-serverless': port } });
    await expect(second).rejects.toMatchObject({ kind: 'config-invalid', message });
  });

  it.each<[string, EmulatorOptions]>([
    ['an unknown service', { services: ['redshift' as 'athena'] }],
    ['no service', { services: [] }],
    ['a negative time', { startupMs: -1 }],
    ['half a millisecond', { startupMs: 0.5 }],
    ['an unknown clock', { clock: 'sundial' as 'real' }],
    ['an object that is not a clock', { clock: {} as 'real' }],
    ['an unknown option', { startupMS: 1 } as EmulatorOptions],
    ['services that are not a list', { services: 'athena' as unknown as [] }],
    ['faults that are not a list', { faults: {} as [] }],
    ['a seed that is not a number', { seed: Number.NaN }],
    ['a port out of range', { ports: { athena: 65_536 } }],
    ['a port of an unknown service', { ports: { redshift: 1 } as EmulatorOptions['ports'] & object }],
  ])('refuses %s', async (_, options) => {
    await expect(startEmulator(options)).rejects.toMatchObject({ kind: 'config-invalid' });
  });

  it('repeats itself for a seed', async () => {
    const idsOf = async (seed: number) => {
      await using emulator = await emulate({ seed });
      return [await startAthena(emulator), await startEmr(emulator, { clientToken: 'token' })];
    };
    const first = await idsOf(3);
    expect(await idsOf(3)).toEqual(first);
    expect((await idsOf(4))[0]).not.toBe(first[0]);
  });
});

describe('onHandled', () => {
  it('calls back when a call has taken effect and its client waits for the answer, also when a fault withholds it', async ({
    emulator,
  }) => {
    let isAnswered = false;
    const seen: object[] = [];
    const unsubscribe = emulator.onHandled(({ operation, delivery }) => {
      seen.push({ operation, delivery, live: emulator.oracle.live().length, isAnswered });
    });
    await startAthena(emulator).then(() => (isAnswered = true));
    emulator.faults.add({ kind: 'reset', when: 'before' });
    await expect(startAthena(emulator)).rejects.toThrow();
    unsubscribe();
    await athena(emulator, 'ListSessions', { WorkGroup: 'spark35' });
    expect(seen).toEqual([
      { operation: 'StartSession', delivery: 'answer', live: 1, isAnswered: false },
      { operation: 'StartSession', delivery: 'reset', live: 1, isAnswered: true },
    ]);
  });
});

describe('the clock', () => {
  it('is real by option', async () => {
    await using emulator = await startEmulator({ startupMs: 0 });
    const before = Date.now();
    const id = await startAthena(emulator);
    expect(await athenaState(emulator, id)).toBe('IDLE');
    expect(Math.abs(emulator.nowMs() - before)).toBeLessThan(5000);
    emulator.advance(3_600_000);
    expect(await athenaState(emulator, id)).toBe('TERMINATED');
    expect(emulator.nowMs() - before).toBeGreaterThanOrEqual(3_600_000);
  });

  it('can be shared with the program under test', async () => {
    let nowMs = 5000;
    const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => nowMs, schedule: () => () => {} };
    await using emulator = await startEmulator({ clock, startupMs: 100 });
    const id = await startAthena(emulator);
    nowMs += 100;
    expect(emulator.oracle.live()[0]?.state).toBe('IDLE');
    expect(await athenaState(emulator, id)).toBe('IDLE');
    expect(emulator.oracle.live()[0]?.startedAtMs).toBe(5000);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('does not advance by %s', async (ms) => {
    await using emulator = await emulate();
    expect(() => emulator.advance(ms)).toThrow(expect.objectContaining({ kind: 'config-invalid' }) as Error);
  });

  it('runs every event of a long jump', async () => {
    await using emulator = await emulate({ athena: { spark35DpuQuota: 8 } });
    await startAthena(emulator, { SessionIdleTimeoutInMinutes: 2 });
    const path = await startEmr(emulator, { idleTimeoutMinutes: 2 });
    emulator.advance(30 * 24 * 3_600_000);
    expect(await emrState(emulator, path)).toBe('TERMINATED');
    expect(emulator.oracle.sessions().map(({ billedSeconds }) => billedSeconds)).toEqual([121.2, 122.2]);
    expect(emulator.oracle.billedSeconds('athena')).toBe(121.2);
    expect(emulator.oracle.live('emr-serverless')).toEqual([]);
  });
});

describe('the log', () => {
  it('has every call with its token, attempt and session', async ({ emulator }) => {
    const members = { WorkGroup: 'spark35', EngineConfiguration: {}, ClientRequestToken: TOKEN, Description: 'mine' };
    const sdk = { 'amz-sdk-invocation-id': 'call-1', 'amz-sdk-request': 'attempt=2; max=3', 'user-agent': 'test' };
    const { body, headers } = await athena(emulator, 'StartSession', members, sdk);
    await athena(emulator, 'GetSession', { SessionId: 'nowhere' });
    await athena(emulator, 'Nonsense');
    const client = { invocationId: 'call-1', attempt: 'attempt=2; max=3', userAgent: 'test' };
    const facts = { atMs: Date.UTC(2027, 0, 1), service: 'athena', requestId: headers.get('x-amzn-requestid') };
    const outcome = { sessionId: body.SessionId as string, httpStatus: 200, errorCode: undefined, delivery: 'answer' };
    const refused = { httpStatus: 400, sessionId: undefined };
    expect(emulator.log()).toMatchObject([
      { number: 1, operation: 'StartSession', input: members, token: TOKEN, ...client, ...facts, ...outcome },
      { number: 2, operation: 'GetSession', errorCode: 'InvalidRequestException', ...refused },
      { number: 3, operation: undefined, errorCode: 'UnknownOperationException', ...refused },
    ]);
  });

  it('holds no signature, no endpoint token and no property value', async () => {
    await using emulator = await emulate({ startupMs: 0 });
    const secret = 'PASSWORD-IN-A-PROPERTY';
    const Classifications = [{ Name: 'spark-defaults', Properties: { key: secret } }];
    const id = await startAthena(emulator, { EngineConfiguration: { Classifications } });
    await startAthena(emulator, { WorkGroup: 'pyspark3', EngineConfiguration: { SparkProperties: { key: secret } } });
    const runtimeConfiguration = [{ classification: 'a', properties: { key: secret } }];
    const path = await startEmr(emulator, { configurationOverrides: { runtimeConfiguration } });
    const signed = scope('us-east-1', 'athena');
    const { AuthToken } = (await athena(emulator, 'GetSessionEndpoint', { SessionId: id }, signed)).body;
    const { authToken } = (await emr(emulator, 'GET', `${path}/endpoint`)).body;
    const log = JSON.stringify([emulator.log(), emulator.oracle.sessions()]);
    expect(log).toContain('"key":"***"');
    for (const hidden of [secret, AuthToken, authToken, 'AKIDSECRET', 'AWS4-HMAC']) expect(log).not.toContain(hidden);
  });
});

describe('signatures', () => {
  it('for another service are refused, because the client uses the wrong URL', async ({ emulator }) => {
    const wrong = await athena(emulator, 'GetWorkGroup', { WorkGroup: 'sql' }, scope('us-east-1', 'emr-serverless'));
    expect(wrong).toMatchObject({ status: 400, code: 'InvalidSignatureException' });
    expect(wrong.body.Message).toContain("'athena'");
    const rest = await fetch(`${emulator.urls.emrServerless}/applications`, { headers: scope('us-east-1', 'athena') });
    expect([rest.status, rest.headers.get('x-amzn-errortype')]).toEqual([403, 'InvalidSignatureException']);
    const right = await athena(emulator, 'GetWorkGroup', { WorkGroup: 'sql' }, scope('mars-north-1', 'athena'));
    expect(right.status).toBe(200);
  });

  it('are required, and for the right region, when they are checked', async () => {
    await using emulator = await emulate({ signature: 'checked', region: 'eu-west-1' });
    const call = async (headers: Readonly<Record<string, string>>) =>
      (await athena(emulator, 'GetWorkGroup', { WorkGroup: 'sql' }, headers)).code;
    expect(await call({})).toBe('MissingAuthenticationTokenException');
    expect(await call(scope('us-east-1', 'athena'))).toBe('InvalidSignatureException');
    expect(await call({ authorization: 'Bearer x' })).toBe('InvalidSignatureException');
    expect(await call(scope('eu-west-1', 'athena'))).toBeUndefined();
  });
});

describe('setBusy', () => {
  it('does nothing to a session that accepts no work, and refuses unknown sessions', async ({ emulator, id }) => {
    emulator.setBusy(id, true);
    expect(await athenaState(emulator, id)).toBe('CREATING');
    emulator.advance(1000);
    emulator.setBusy(id, false);
    expect(await athenaState(emulator, id)).toBe('IDLE');
    const unknown = expect.objectContaining({ kind: 'not-found' }) as Error;
    expect(() => emulator.setBusy('nowhere', true)).toThrow(unknown);
  });
});
