import { describe, expect, it } from 'vitest';
import { toProxyEndpoint } from '../../../providers/_aws/proxy-endpoint.ts';
import type { SessionHandle } from '../../../src/contract/session-handle.ts';
import type { CallContext } from '../../../src/contract/call-context.ts';
import type { SessionProvider } from '../../../src/contract/session-provider.ts';
import type { StartRequest } from '../../../src/contract/start-request.ts';
import type { EmulatorOptions } from '../../../src/emulator/emulator-options.ts';
import type { Fault } from '../../../src/emulator/fault.ts';
import { failureOf } from '../../failure-of.ts';
import { unlimited } from '../athena/emulated-subject.ts';
import { listAll, openBench, request } from './bench.ts';

const map = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, 'v']));
const RESERVED = { 'spark.connect.grpc.binding.address': '0.0.0.0' };
const reservedNative = { runtimeConfiguration: [{ classification: 'spark-defaults', properties: RESERVED }] };

/** What differs between the services. */
const SERVICES = [
  {
    service: 'athena' as const,
    options: { engine: 'spark-3.5' },
    deniedStatus: 400,
    oddStatus: 400,
    tokenLifeMs: 1_800_000,
    clashes: ['InvalidRequestException', 'SessionAlreadyExistsException'].map((tokenClashCode) => [
      tokenClashCode,
      { athena: { tokenClashCode } } as EmulatorOptions,
    ]),
    manySessions: { count: 205, emulator: { athena: { spark35DpuQuota: 1_000 } } as EmulatorOptions },
    wrongIds: ['', ' ', 'x'.repeat(257)],
    rejected: [
      ['a token in native', { native: { ClientRequestToken: 'x' } }, /use key/],
      ['a description in native', { native: { Description: 'x' } }, /use name/],
      ['an idle timeout in native', { native: { SessionIdleTimeoutInMinutes: 1 } }, /use idleTimeoutMs/],
      ['tags in native', { native: { Tags: [] } }, /use labels/],
      ['a workgroup in native', { native: { WorkGroup: 'other' } }, /workgroup/],
      ['native that is no map', { native: ['x'] }, /must be a map/],
      ['a misspelt member of native', { native: { executionRole: 'x' } }, /executionRole.* EngineConfiguration,/],
      ['an engine in native that is no map', { native: { EngineConfiguration: null } }, /EngineConfiguration.*a map/],
      ['DPU sizes on Spark 3.5', { native: { EngineConfiguration: { CoordinatorDpuSize: 1 } } }, /PySpark 3 engine/],
      ['Spark properties on 3.5', { native: { EngineConfiguration: { SparkProperties: { a: 'b' } } } }, /sparkConf/],
      ['a label key that is too long', { labels: { ['k'.repeat(129)]: 'v' } }, /1 to 128 characters/],
      ['a label value that is too long', { labels: { k: 'v'.repeat(257) } }, /256 are allowed/],
      ['a property key that is too long', { sparkConf: { ['k'.repeat(256)]: 'v' } }, /1 to 255 characters/],
      ['a property that is too long', { sparkConf: { k: 'v'.repeat(51_201) } }, /51200 are allowed/],
      ['an empty property key', { sparkConf: { '': 'v' } }, /1 to 255 characters/],
      ['a name that is too long', { name: 'n'.repeat(1_000) }, /are left for it/],
      ['a name that fakes an owner', { name: `anysession:mallory:as-${'0'.repeat(28)}-9` }, /choose another name/],
    ] as readonly [string, Partial<StartRequest>, RegExp][],
  },
  {
    service: 'emr-serverless' as const,
    options: {},
    deniedStatus: 403,
    oddStatus: 418,
    tokenLifeMs: 3_600_000,
    clashes: ['ConflictException', 'ValidationException'].map((tokenClashCode) => [
      tokenClashCode,
      { emrServerless: { tokenClashCode } } as EmulatorOptions,
    ]),
    manySessions: { count: 60, emulator: { emrServerless: { sessionQuota: 200 } } as EmulatorOptions },
    wrongIds: ['', ' ', 'UPPER', 'a/b', '..', 'x'.repeat(65)],
    rejected: [
      ['a token in native', { native: { clientToken: 'x' } }, /use key/],
      ['a name in native', { native: { name: 'x' } }, /use name/],
      ['an idle timeout in native', { native: { idleTimeoutMinutes: 0 } }, /use idleTimeoutMs/],
      ['tags in native', { native: { tags: {} } }, /use labels/],
      ['an application in native', { native: { applicationId: 'x' } }, /applicationId/],
      ['native that is no map', { native: 'x' }, /must be a map/],
      ['a misspelt member of native', { native: { executionRole: 'x' } }, /executionRole.* executionRoleArn,/],
      ['overrides that are no map', { native: { configurationOverrides: [] } }, /configurationOverrides.*a map/],
      ['a reserved property', { sparkConf: RESERVED }, /reserved/],
      ['a reserved property in native', { native: { configurationOverrides: reservedNative } }, /reserved/],
      ['too many labels', { labels: map(201) }, /200 are allowed/],
      ['a label with other characters', { labels: { 'ke€y': 'v' } }, /characters other than/],
      ['a label key that is too long', { labels: { ['k'.repeat(129)]: 'v' } }, /1 to 128/],
      ['a label value that is too long', { labels: { k: 'v'.repeat(257) } }, /256 are allowed/],
      ['too many properties', { sparkConf: map(101) }, /100 are allowed/],
      ['a property that is too long', { sparkConf: { k: 'v'.repeat(1_025) } }, /1024 are allowed/],
      ['a name that is too long', { name: 'n'.repeat(230) }, /are left for it/],
    ] as readonly [string, Partial<StartRequest>, RegExp][],
  },
  {
    service: 'emr-ec2' as const,
    options: {},
    deniedStatus: 400,
    oddStatus: 400,
    tokenLifeMs: 3_600_000,
    clashes: [['InvalidRequestException', {} as EmulatorOptions]],
    manySessions: { count: 205, emulator: {} as EmulatorOptions },
    wrongIds: ['', ' ', 'a/b', '..', 'x'.repeat(257)],
    rejected: [
      ['a token in native', { native: { ClientRequestToken: 'x' } }, /use key/],
      ['a name in native', { native: { Name: 'x' } }, /use name/],
      ['an idle timeout in native', { native: { SessionIdleTimeoutInMinutes: 0 } }, /use idleTimeoutMs/],
      ['tags in native', { native: { Tags: [] } }, /use labels/],
      ['a cluster in native', { native: { ClusterId: 'j-X' } }, /clusterId/],
      ['native that is no map', { native: 'x' }, /must be a map/],
      ['a misspelt member of native', { native: { executionRoleArn: 'x' } }, /executionRoleArn.* ExecutionRoleArn,/],
      ['configurations that are no list', { native: { EngineConfigurations: {} } }, /EngineConfigurations.*a list/],
      ['monitoring that is no map', { native: { MonitoringConfiguration: [] } }, /MonitoringConfiguration.*a map/],
      ['too many labels', { labels: map(51) }, /50 are allowed/],
      ['a label key that is too long', { labels: { ['k'.repeat(129)]: 'v' } }, /1 to 128/],
      ['a label value that is too long', { labels: { k: 'v'.repeat(257) } }, /256 are allowed/],
      ['an empty property key', { sparkConf: { '': 'v' } }, /characters; one has 0/],
      ['a name that is too long', { name: 'n'.repeat(230) }, /are left for it/],
    ] as readonly [string, Partial<StartRequest>, RegExp][],
  },
];

const VERBS: Readonly<
  Record<string, (provider: SessionProvider, handle: SessionHandle, call: CallContext) => Promise<unknown> | undefined>
> = {
  start: (provider, _handle, call) => provider.start(request(), call),
  describe: (provider, handle, call) => provider.describe(handle, call),
  listPage: (provider, _handle, call) => provider.listPage({}, undefined, call),
  endpoint: (provider, handle, call) => provider.endpoint?.(handle, call),
  dashboard: (provider, handle, call) => provider.dashboard?.(handle, call),
  terminate: (provider, handle, call) => provider.terminate(handle, call),
};
const CHANGING = ['start', 'terminate'];

describe.each(SERVICES)('$service', (each) => {
  const bench = (more = {}, emulator: EmulatorOptions = {}) =>
    openBench(each.service, { ...each.options, ...more }, emulator);
  const verbs = Object.entries(VERBS).filter(([verb]) => verb !== 'dashboard' || each.service !== 'emr-ec2');

  it.each(each.rejected)('rejects before any I/O: %s', async (_what, overrides, expected) => {
    const { emulator, provider } = await bench();
    const error = await failureOf(provider.start(request(overrides), unlimited()));
    expect(error).toMatchObject({ kind: 'invalid-request', operation: 'start', effect: 'none' });
    expect(error.message).toMatch(expected);
    expect(emulator.log()).toEqual([]);
  });

  it.each(each.wrongIds)('rejects the id %j, which could name a list or another session', async (id) => {
    const { emulator, provider } = await bench();
    const handle = { v: 1, provider: provider.id, scope: provider.scope, id } as const;
    for (const [verb, invoke] of verbs.filter(([name]) => name !== 'start' && name !== 'listPage')) {
      const error = await failureOf(invoke(provider, handle, unlimited()));
      expect(error).toMatchObject({ kind: 'invalid-request', operation: verb });
    }
    expect(emulator.log()).toEqual([]);
  });

  it.each(each.clashes)('names the session that has the token with other options (%s)', async (_code, emulator) => {
    const { provider } = await bench({}, emulator as EmulatorOptions);
    const asked = request();
    const { handle } = await provider.start(asked, unlimited());
    const error = await failureOf(provider.start({ ...asked, idleTimeoutMs: 1_200_000 }, unlimited()));
    expect(error).toMatchObject({ kind: 'conflict', retry: 'permanent', effect: 'none', handle });
  });

  it('lists all pages, empty ones too', async () => {
    const { count, emulator: options } = each.manySessions;
    const { emulator, provider } = await bench({}, options);
    for (let started = 0; started < count; started++) await provider.start(request(), unlimited());
    emulator.faults.add({ kind: 'empty-page' });
    const all = await listAll(provider);
    expect(all).toHaveLength(count);
    expect(new Set(all.map(({ handle }) => handle.id)).size).toBe(count);
  });

  it('rejects a cursor of another list', async () => {
    const { provider } = await bench();
    const cursors = each.service === 'athena' ? ['', 'x', '9:', '0:forged'] : ['forged'];
    for (const cursor of cursors) {
      expect(await failureOf(provider.listPage({}, cursor, unlimited()))).toMatchObject({ kind: 'invalid-request' });
    }
  });

  it('gives host, port and a token with its expiry', async () => {
    const { emulator, provider } = await bench();
    const { handle } = await provider.start(request(), unlimited());
    emulator.advance(3_000);
    const endpoint = await provider.endpoint?.(handle, unlimited());
    expect(endpoint).toMatchObject({
      host: '127.0.0.1',
      port: Number(new URL(emulator.urls.sparkConnect).port),
      tls: false,
      expiresAtMs: emulator.nowMs() + each.tokenLifeMs,
    });
    const more = each.service === 'emr-ec2' ? { authorization: handle.id } : {};
    expect(endpoint?.metadata).toEqual({ 'x-aws-proxy-auth': expect.any(String) as string, ...more });
  });

  it('"not found" instead of the endpoint of a live session means that it has none yet', async () => {
    const { emulator, provider } = await bench();
    const { handle } = await provider.start(request(), unlimited());
    emulator.advance(3_000);
    const httpStatus = each.service === 'athena' ? 400 : 404;
    emulator.faults.add({
      kind: 'error',
      code: 'ResourceNotFoundException',
      httpStatus,
      operation: 'GetSessionEndpoint',
    });
    expect(await failureOf(provider.endpoint?.(handle, unlimited()))).toMatchObject({ kind: 'conflict', handle });
  });

  const faults: readonly [string, Fault, string, 'none' | 'unknown', number | undefined][] = [
    ['throttling', { kind: 'throttle' }, 'rate-limited', 'none', undefined],
    ['throttling with Retry-After', { kind: 'throttle', retryAfterMs: 3_000 }, 'rate-limited', 'none', 3_000],
    ['throttling with a pause in ms', { kind: 'throttle', retryAfterMs: 1_500 }, 'rate-limited', 'none', 1_500],
    ['an internal error', { kind: 'server-error' }, 'unavailable', 'unknown', undefined],
    ['an HTML page', { kind: 'html' }, 'unavailable', 'unknown', undefined],
    ['a reset before', { kind: 'reset', when: 'before' }, 'unavailable', 'unknown', undefined],
    ['a reset after', { kind: 'reset', when: 'after' }, 'unavailable', 'unknown', undefined],
    [
      'no permission',
      { kind: 'error', code: 'AccessDeniedException', httpStatus: each.deniedStatus },
      'forbidden',
      'none',
      undefined,
    ],
    [
      'an unknown code',
      { kind: 'error', code: 'StrangeException', httpStatus: each.oddStatus },
      'unexpected',
      'none',
      undefined,
    ],
  ];

  it.each(faults)('translates in every verb: %s', async (_what, fault, kind, effect, retryAfterMs) => {
    const { emulator, provider } = await bench();
    const { handle } = await provider.start(request(), unlimited());
    emulator.advance(3_000);
    for (const [operation, invoke] of verbs) {
      emulator.faults.add(fault);
      const before = emulator.log().length;
      const error = await failureOf(invoke(provider, handle, unlimited()));
      expect(error, operation).toMatchObject({
        kind,
        operation,
        effect: CHANGING.includes(operation) ? effect : 'none',
      });
      expect(error.retryAfterMs, operation).toBe(retryAfterMs);
      expect(emulator.log().length - before, operation).toBe(1);
    }
    expect(emulator.log().every(({ attempt }) => attempt === 'attempt=1; max=1')).toBe(true);
  });

  it.each(verbs)('an abort ends %s at once, also on the wire', async (operation, invoke) => {
    const { emulator, provider } = await bench();
    const { handle } = await provider.start(request(), unlimited());
    emulator.faults.add({ kind: 'lost-answer' });
    const controller = new AbortController();
    const before = emulator.log().length;
    const pending = failureOf(invoke(provider, handle, { ...unlimited(), signal: controller.signal }));
    await expect.poll(() => emulator.log().length, { interval: 2 }).toBeGreaterThan(before);
    controller.abort(new Error('enough'));
    const effect = CHANGING.includes(operation) ? 'unknown' : 'none';
    expect(await pending).toMatchObject({ kind: 'aborted', operation, effect });
  });

  it('a deadline ends a call in time and leaves no timer', async () => {
    const { emulator, provider, clock } = await bench();
    emulator.faults.add({ kind: 'lost-answer' });
    const late = failureOf(provider.start(request(), { ...unlimited(), deadline: clock.monotonicMs() + 5_000 }));
    await expect.poll(() => emulator.log().length, { interval: 2 }).toBe(1);
    await clock.advance(4_999);
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(1);
    expect(await late).toMatchObject({ kind: 'timeout', effect: 'unknown' });
    expect(clock.pendingTimers).toBe(0);
    const past = { ...unlimited(), deadline: clock.monotonicMs() };
    expect(await failureOf(provider.start(request(), past))).toMatchObject({ kind: 'timeout', effect: 'none' });
    expect(emulator.log()).toHaveLength(1);
  });

  it('a service that cannot be reached has started nothing', async () => {
    const { emulator, provider } = await bench();
    await emulator.close();
    const error = await failureOf(provider.start(request(), unlimited()));
    expect(error).toMatchObject({ kind: 'unavailable', effect: 'none', native: { code: 'ECONNREFUSED' } });
  });
});

describe('the address of an endpoint', () => {
  const address = { address: 'https://one.sessions.amazonaws.com', token: 'token', expires: new Date(5000) };

  it('means TLS on port 443', () => {
    expect(toProxyEndpoint(address, 'athena')).toEqual({
      host: 'one.sessions.amazonaws.com',
      port: 443,
      tls: true,
      metadata: { 'x-aws-proxy-auth': 'token' },
      expiresAtMs: 5000,
    });
  });

  it('is absent when a part of it is missing, and wrong when it is no URL', () => {
    for (const part of [{ address: '' }, { token: undefined }, { expires: undefined }]) {
      expect(toProxyEndpoint({ ...address, ...part }, 'athena')).toBeUndefined();
    }
    expect(() => toProxyEndpoint({ ...address, address: 'nowhere' }, 'athena')).toThrow(/not a URL/);
  });
});
