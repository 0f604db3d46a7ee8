import { describe, expect, it } from 'vitest';
import { IDLE_CONNECTION_MS, RequestHandler } from '../../providers/_aws/request-handler.ts';
import type { CallContext } from '../../src/contract/call-context.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';
import type { SessionProvider } from '../../src/contract/session-provider.ts';
import { layeredProvider } from '../../src/session/layers/layered-provider.ts';
import { standardLayers } from '../../src/session/layers/standard-layers.ts';
import { RecordingTracer, SeededRandom, type VirtualClock } from '../../src/testing/index.ts';
import { RateBudget } from '../../src/watch/rate-budget.ts';
import { failureOf } from '../failure-of.ts';
import { openBench, request } from './_aws/bench.ts';
import { startDroppingProxy } from './dropping-proxy.ts';

const call = (): CallContext => ({ signal: new AbortController().signal, deadline: Infinity, attempt: 1 });

function layered(provider: SessionProvider, clock: VirtualClock): SessionProvider {
  const budget = new RateBudget(clock, provider.capabilities.callsPerSecond);
  const ports = { clock, random: new SeededRandom(), tracer: new RecordingTracer(), budget };
  return layeredProvider(provider, standardLayers({ ...ports, providersWith: async () => [] }));
}

/** A cloud over one protocol. */
interface Cloud {
  readonly name: string;
  readonly service: 'athena' | 'emr-serverless' | 'emr-ec2' | 'glue' | 'dataproc';
  readonly urlOf: (urls: Emulator['urls']) => string;
  readonly start: string;
  readonly options: (url: string) => Readonly<Record<string, string>>;
  /** How many connections wait for use; Node closes those of the SDK's REST after 5 s of real time. */
  readonly idle: number;
}

const dataproc = { service: 'dataproc', start: 'CreateSession' } as const;
const aws = { idle: 3, start: 'StartSession', options: (endpoint: string) => ({ endpoint }) } as const;

const CLOUDS: readonly Cloud[] = [
  { ...aws, name: 'athena', service: 'athena', urlOf: ({ athena }) => athena },
  { ...aws, name: 'emr-serverless', service: 'emr-serverless', urlOf: ({ emrServerless }) => emrServerless },
  { ...aws, name: 'emr-ec2', service: 'emr-ec2', urlOf: ({ emr }) => emr },
  { ...aws, name: 'glue', service: 'glue', urlOf: ({ glue }) => glue, start: 'CreateSession' },
  {
    ...dataproc,
    name: 'dataproc over gRPC',
    urlOf: ({ dataprocGrpc }) => dataprocGrpc,
    options: (endpoint) => ({ transport: 'grpc', endpoint }),
    idle: 1,
  },
  {
    ...dataproc,
    name: 'dataproc over REST',
    urlOf: ({ dataprocRest }) => dataprocRest,
    options: (endpoint) => ({ transport: 'rest', endpoint }),
    idle: 1,
  },
];

/** A cloud behind a proxy that can forget its connections. */
async function openCloud({ service, urlOf, options, start }: Cloud) {
  const { emulator, clock, settle, another } = await openBench(service);
  const proxy = await startDroppingProxy(urlOf(emulator.urls));
  const url = `http://${proxy.address}`;
  const provider = layered(another(options(url)), clock);
  const timed = async <T>(work: Promise<T>): Promise<number> => {
    const startedMs = clock.monotonicMs();
    await settle(work);
    return clock.monotonicMs() - startedMs;
  };
  return { emulator, clock, settle, proxy, provider, timed, start };
}

describe.each(CLOUDS)('$name', (cloud) => {
  it('a start with one lost answer takes at most 20 s and starts one session', async () => {
    const { emulator, provider, timed, start } = await openCloud(cloud);
    emulator.faults.add({ kind: 'lost-answer', operation: start });
    const tookMs = await timed(provider.start(request(), call()));
    expect(tookMs).toBeGreaterThanOrEqual(12_000);
    expect(tookMs).toBeLessThan(20_000);
    expect(emulator.oracle.sessions()).toHaveLength(1);
  });

  it.each(['describe', 'terminate'] as const)('%s with one lost answer takes at most 20 s', async (verb) => {
    const { emulator, provider, timed, settle } = await openCloud(cloud);
    const { handle } = await settle(provider.start(request(), call()));
    emulator.advance(60_000);
    emulator.faults.add({ kind: 'lost-answer', operation: verb === 'describe' ? 'GetSession' : 'TerminateSession' });
    expect(await timed(provider[verb](handle, call()))).toBeLessThan(20_000);
  });

  it('connections that a NAT dropped cost one attempt, however many there were', async () => {
    const { provider, proxy, timed, settle, emulator } = await openCloud(cloud);
    const { handle } = await settle(provider.start(request(), call()));
    await settle(Promise.all(Array.from({ length: cloud.idle }, () => provider.describe(handle, call()))));
    expect(proxy.open()).toBe(cloud.idle);
    const before = proxy.connections();
    proxy.dropPresent();
    const tookMs = await timed(provider.describe(handle, call()));
    expect(tookMs).toBeGreaterThanOrEqual(12_000);
    expect(tookMs).toBeLessThan(20_000);
    expect(proxy.connections()).toBeGreaterThan(before);
    proxy.dropPresent();
    expect(await timed(provider.terminate(handle, call()))).toBeLessThan(26_000);
    emulator.advance(60_000);
    expect(emulator.oracle.live()).toEqual([]);
  });

  it('a peer that accepts and stays silent: an error within a minute that names it', async () => {
    const { provider, proxy, settle, clock } = await openCloud(cloud);
    proxy.dropAll();
    const startedMs = clock.monotonicMs();
    const error = await settle(failureOf(provider.listPage({}, undefined, call())));
    expect(error).toMatchObject({ kind: 'timeout', operation: 'listPage', effect: 'none' });
    expect(error.message).toContain(`was not answered by ${proxy.address} within`);
    expect(clock.monotonicMs() - startedMs).toBeLessThanOrEqual(65_000);
    expect(proxy.connections()).toBeGreaterThanOrEqual(5);
  });

  it('a list that is throttled for an hour delays neither the other verbs nor the end', async () => {
    const { emulator, provider, timed, settle, clock } = await openCloud(cloud);
    const { handle } = await settle(provider.start(request(), call()));
    emulator.advance(60_000);
    emulator.faults.add({ kind: 'throttle', operation: 'ListSessions', retryAfterMs: 3_600_000 });
    const throttled = await settle(failureOf(provider.listPage({}, undefined, call())));
    expect(throttled).toMatchObject({ kind: 'rate-limited', effect: 'none', retryAfterMs: 60_000 });
    expect(await timed(provider.describe(handle, call()))).toBeLessThan(1_000);
    expect(await timed(provider.terminate(handle, call()))).toBeLessThan(15_000);
    const again = failureOf(provider.listPage({}, undefined, { ...call(), deadline: clock.monotonicMs() + 5_000 }));
    expect(await settle(again)).toMatchObject({ kind: 'timeout', effect: 'none' });
  });
});

describe('an unused connection of the AWS handler', () => {
  it('is closed before a NAT gateway forgets it', async () => {
    // The limit of AWS is 350 s, that of others 240 s.
    expect(IDLE_CONNECTION_MS).toBeLessThan(240_000);
    const { emulator } = await openBench('athena');
    const proxy = await startDroppingProxy(emulator.urls.athena);
    const handler = new RequestHandler(5, 100);
    const [hostname = '', port] = proxy.address.split(':');
    const get = { protocol: 'http:', hostname, port: Number(port), method: 'GET', path: '/', headers: {} } as const;
    await handler.handle(get);
    expect(proxy.open()).toBe(1);
    await expect.poll(() => proxy.open(), { timeout: 5_000 }).toBe(0);
    handler.destroy();
  });
});
