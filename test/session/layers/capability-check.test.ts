import { describe, expect, it } from 'vitest';
import type { Capabilities } from '../../../src/contract/capabilities.ts';
import type { StartRequest } from '../../../src/contract/start-request.ts';
import { SCRIPTED_CAPABILITIES } from '../../../src/testing/scripted-capabilities.ts';
import { adapterOf, handleOf, Scene, startRequest, unlimitedCall } from '../scene.ts';
import { failureOf } from '../../failure-of.ts';

const CATALOG: Readonly<Record<string, Partial<Capabilities>>> = {
  scripted: {},
  small: {
    size: false,
    sparkConf: false,
    labels: false,
    listFilters: [],
    maxLifetimeMs: false,
    outlivesProcess: false,
  },
  large: { size: true, sparkConf: true, labels: true, listFilters: ['labels', 'createdAfterMs'] },
  larger: { size: true, listFilters: ['states', 'labels'] },
};

/** A process whose service lacks something, in a world of a few providers. */
function setUp(capabilities: Partial<Capabilities>, catalog = CATALOG) {
  const scene = new Scene({ capabilities });
  const process = scene.process({
    providersWith: (has) =>
      Promise.resolve(Object.keys(catalog).filter((id) => has({ ...SCRIPTED_CAPABILITIES, ...catalog[id] }))),
  });
  return { provider: process.provider, oracle: scene.service.oracle };
}

describe('the capability check', () => {
  it.each([
    [{ size: 'large' }, { size: false }, "provider 'scripted' has no 'size'; providers that have it: large, larger"],
    [{ sparkConf: { a: 'b' } }, { sparkConf: false }, "has no 'sparkConf'; providers that have it: large"],
    [{ labels: { team: 'x' } }, { labels: false }, "has no 'labels'; providers that have it: large, larger"],
    [
      { maxLifetimeMs: 60_000 },
      { maxLifetimeMs: false, outlivesProcess: false },
      "has no 'maxLifetimeMs'; providers that have it: large, larger",
    ],
  ] satisfies [Partial<StartRequest>, Partial<Capabilities>, string][])(
    'C-101 start with %j where the service has %j is unsupported before any I/O, and names who has it',
    async (request, capabilities, message) => {
      const { provider, oracle } = setUp(capabilities);
      const error = await failureOf(provider.start(startRequest(request), unlimitedCall()));
      expect(error).toMatchObject({ kind: 'unsupported', operation: 'start', provider: 'scripted', effect: 'none' });
      expect(error.message).toContain(message);
      expect(oracle.callCount()).toBe(0);
    },
  );

  it('C-101 says so when no built-in provider has it', async () => {
    const { provider } = setUp({ size: false }, { scripted: { size: false } });
    const error = await failureOf(provider.start(startRequest({ size: 'small' }), unlimitedCall()));
    expect(error.message).toBe("provider 'scripted' has no 'size'; no built-in provider has it");
  });

  it.each([
    [{ states: ['ready'] }, 'states', 'larger, small'],
    [{ createdAfterMs: 5 }, 'createdAfterMs', 'large'],
    [{ labels: {} }, 'labels', 'large, larger'],
  ] as const)('C-101 list filter %j is unsupported before any I/O', async (filter, field, holders) => {
    const catalog = { ...CATALOG, small: { listFilters: ['states'] as const } };
    const { provider, oracle } = setUp({ listFilters: [] }, catalog);
    const error = await failureOf(provider.listPage(filter, undefined, unlimitedCall()));
    expect([error.kind, error.operation]).toEqual(['unsupported', 'listPage']);
    expect(error.message).toContain(`no list filter '${field}'`);
    expect(new Set(/have it: (.*)$/.exec(error.message)?.[1]?.split(', '))).toEqual(new Set(holders.split(', ')));
    expect(oracle.callCount()).toBe(0);
  });

  it.each([
    ['idleTimeoutMs', 59_999],
    ['idleTimeoutMs', 28_800_001],
    ['idleTimeoutMs', Number.NaN],
    ['maxLifetimeMs', 59_999],
    ['maxLifetimeMs', 86_400_001],
  ] as const)('C-101 %s of %d ms is out of range before any I/O', async (option, value) => {
    const { provider, oracle } = setUp({});
    const error = await failureOf(provider.start(startRequest({ [option]: value }), unlimitedCall()));
    expect(error).toMatchObject({ kind: 'invalid-request', operation: 'start', provider: 'scripted' });
    const { min, max } = SCRIPTED_CAPABILITIES[option] as { min: number; max: number };
    expect(error.message).toContain(`${option} is ${value} ms and provider 'scripted' takes ${min} to ${max} ms`);
    expect(oracle.callCount()).toBe(0);
  });

  it.each([0, -1, 86_400_000_001, Number.NaN])(
    'C-101 a lifetime of %d ms is out of range where only sweeping ends sessions',
    async (maxLifetimeMs) => {
      const { provider, oracle } = setUp({ maxLifetimeMs: false });
      const error = await failureOf(provider.start(startRequest({ maxLifetimeMs }), unlimitedCall()));
      expect(error).toMatchObject({ kind: 'invalid-request', operation: 'start', provider: 'scripted' });
      expect(error.message).toContain('takes 1 to 86400000000 ms');
      expect(oracle.callCount()).toBe(0);
    },
  );

  it.each([1, 86_400_000_000])(
    'C-101 takes a lifetime of %d ms where only sweeping ends sessions',
    async (maxLifetimeMs) => {
      const { provider, oracle } = setUp({ maxLifetimeMs: false });
      await provider.start(startRequest({ maxLifetimeMs }), unlimitedCall());
      expect(oracle.startedCount()).toBe(1);
    },
  );

  it('C-101 takes the ends of each range, and empty labels everywhere', async () => {
    const { provider, oracle } = setUp({ labels: false });
    await provider.start(startRequest({ idleTimeoutMs: 60_000, maxLifetimeMs: 86_400_000 }), unlimitedCall());
    await provider.start(startRequest({ idleTimeoutMs: 28_800_000, maxLifetimeMs: 60_000 }), unlimitedCall());
    expect(oracle.startedCount()).toBe(2);
  });

  it('C-101 lets through what the service has', async () => {
    const { provider, oracle } = setUp({ size: true, sparkConf: true });
    const request = startRequest({ size: 'small', sparkConf: { a: 'b' }, labels: { team: 'x' } });
    await provider.start(request, unlimitedCall());
    await provider.listPage({ states: ['creating'], createdAfterMs: 0, labels: {} }, undefined, unlimitedCall());
    expect(oracle.callCount()).toBe(2);
  });

  it.each([
    ['endpoint', 'sparkConnect'],
    ['dashboard', 'dashboard'],
  ] as const)('C-101 %s of a provider whose capabilities deny it is unsupported', async (operation, flag) => {
    const scene = new Scene();
    const adapter = adapterOf(scene, { capabilities: { ...SCRIPTED_CAPABILITIES, [flag]: false } });
    const { provider } = scene.process({ adapter });
    const error = await failureOf(Promise.resolve(provider[operation]?.(handleOf(scene), unlimitedCall())));
    expect(error).toMatchObject({ kind: 'unsupported', operation });
    expect(error.message).toContain(`no '${flag}'; providers that have it: local, emr`);
    expect(scene.service.oracle.callCount()).toBe(0);
  });

  it('C-101 execute of a provider whose capabilities deny SQL is unsupported', async () => {
    const scene = new Scene();
    const { provider } = scene.process({
      adapter: adapterOf(scene, { capabilities: { ...SCRIPTED_CAPABILITIES, sql: false } }),
    });
    const request = { id: 'stmt-1', text: 'SELECT 1' };
    const running = provider.statements?.execute(handleOf(scene), request, unlimitedCall());
    const error = await failureOf(Promise.resolve(running));
    expect([error.kind, error.operation]).toEqual(['unsupported', 'execute']);
    expect(error.message).toContain("no 'sql'");
    expect(scene.service.oracle.callCount()).toBe(0);
  });
});
