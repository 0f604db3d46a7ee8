import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SessionProvider } from '../../../src/contract/session-provider.ts';
import type { Emulator } from '../../../src/emulator/emulator.ts';
import { layeredProvider } from '../../../src/session/layers/layered-provider.ts';
import { standardLayers } from '../../../src/session/layers/standard-layers.ts';
import { RecordingTracer, SeededRandom, type VirtualClock } from '../../../src/testing/index.ts';
import { RateBudget } from '../../../src/watch/rate-budget.ts';
import { unlimited } from '../athena/emulated-subject.ts';
import { listAll, openBench, operationsOf, request } from './bench.ts';

const ROOM = { athena: { spark35DpuQuota: 1_000 } };

/** The provider behind the layers, with a rate budget of its capabilities. */
function layered(provider: SessionProvider, clock: VirtualClock): SessionProvider {
  const budget = new RateBudget(clock, provider.capabilities.callsPerSecond);
  const ports = { clock, random: new SeededRandom(), tracer: new RecordingTracer(), budget };
  return layeredProvider(provider, standardLayers({ ...ports, providersWith: async () => [] }));
}

/** Checks every interval in the emulator's log: a burst of one second is allowed once. */
function expectWithin(
  emulator: Emulator,
  { reads, writes }: { readonly reads: number; readonly writes: number },
  from = 0,
) {
  const calls = emulator.log().slice(from);
  for (const [limit, isOfClass] of [
    [reads, (name = '') => /^(Get|List)/.test(name)],
    [writes, (name = '') => !/^(Get|List)/.test(name)],
  ] as const) {
    const times = calls.filter(({ operation }) => isOfClass(operation)).map(({ atMs }) => atMs);
    for (const [at, startMs] of times.entries()) {
      for (const [more, endMs] of times.slice(at).entries()) {
        const allowed = limit * (1 + (endMs - startMs) / 1000) + 1;
        expect(more + 1, `calls within ${endMs - startMs} ms`).toBeLessThanOrEqual(allowed);
      }
    }
  }
}

const warnings: Error[] = [];
const note = (warning: Error): void => void warnings.push(warning);

beforeEach(() => {
  warnings.length = 0;
  process.on('warning', note);
});

afterEach(() => {
  process.off('warning', note);
});

describe('the rate budget covers every request', () => {
  it('athena: a list of 30 starting sessions is one request per native state, and makes no token', async () => {
    const { emulator, provider, clock } = await openBench('athena', { engine: 'spark-3.5' }, ROOM);
    for (let count = 0; count < 30; count++) await provider.start(request(), unlimited());
    emulator.advance(850);
    const before = emulator.log().length;
    const seen = await listAll(layered(provider, clock), { states: ['creating'] });
    expect(seen).toHaveLength(30);
    expect(new Set(seen.map(({ nativeState, state }) => `${nativeState} ${state}`))).toEqual(
      new Set(['CREATED creating']),
    );
    expect(operationsOf(emulator).slice(before)).toEqual(['ListSessions', 'ListSessions']);
    expect(warnings).toEqual([]);
  });

  it('athena: 30 describes of CREATED sessions at once, with one signal', async () => {
    const { emulator, provider, clock, settle } = await openBench('athena', { engine: 'spark-3.5' }, ROOM);
    const started = [];
    for (let count = 0; count < 30; count++) started.push(await provider.start(request(), unlimited()));
    emulator.advance(850);
    const before = emulator.log().length;
    const behind = layered(provider, clock);
    const call = unlimited();
    const seen = await settle(Promise.all(started.map(({ handle }) => behind.describe(handle, call))));
    expect(seen.some(({ nativeState, state }) => nativeState === 'CREATED' && state === 'ready')).toBe(true);
    expect(operationsOf(emulator).slice(before)).toContain('GetSessionEndpoint');
    expectWithin(emulator, { reads: 10, writes: 5 }, before);
    expect(warnings).toEqual([]);
  });

  it('emr-serverless: starts that wait for their application', async () => {
    const application = { autoStart: false, state: 'STOPPED' as const };
    const options = { applicationId: '00manual', startApplication: true, readsPerSecond: 4, writesPerSecond: 2 };
    const { emulator, provider, clock, settle } = await openBench('emr-serverless', options, {
      startupMs: 6_000,
      emrServerless: { applications: { '00manual': application } },
    });
    const behind = layered(provider, clock);
    await settle(Promise.all(Array.from({ length: 8 }, () => behind.start(request(), unlimited()))));
    expect(emulator.oracle.sessions()).toHaveLength(8);
    expect(operationsOf(emulator).filter((operation) => operation === 'GetApplication').length).toBeGreaterThan(16);
    expectWithin(emulator, { reads: 4, writes: 2 });
    expect(warnings).toEqual([]);
  });

  it('dataproc: ends of sessions that are being created', async () => {
    const rates = { readsPerSecond: 3, writesPerSecond: 2 };
    const { emulator, provider, clock, settle } = await openBench('dataproc', rates, { startupMs: 20_000 });
    const behind = layered(provider, clock);
    const started = await settle(Promise.all(Array.from({ length: 8 }, () => behind.start(request(), unlimited()))));
    await settle(Promise.all(started.map(({ handle }) => behind.terminate(handle, unlimited()))));
    expect(operationsOf(emulator).filter((operation) => operation === 'TerminateSession').length).toBeGreaterThan(8);
    expectWithin(emulator, { reads: 3, writes: 2 });
  });
});
