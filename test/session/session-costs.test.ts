import { describe, expect, it } from 'vitest';
import type { Capabilities } from '../../src/contract/capabilities.ts';
import type { Observation } from '../../src/contract/observation.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import type { SessionProvider } from '../../src/contract/session-provider.ts';
import { MAX_DESCRIBED, sessionCosts, type SessionCost } from '../../src/session/session-costs.ts';
import type { ListOptions } from '../../src/session/listing.ts';
import { ScriptedProvider } from '../../src/testing/scripted-provider.ts';
import { ScriptedService } from '../../src/testing/scripted-service.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { failureOf } from '../failure-of.ts';

const PRICES = { currency: 'USD', dpuHour: 2 } as const;
const HOUR_MS = 3_600_000;

/** Sessions that were created an hour ago, as a list and as their descriptions show them. */
interface Shown {
  readonly id: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly listedHours?: number;
  readonly describedHours?: number;
  readonly failure?: SessionError;
}

function report(shown: readonly Shown[], capabilities: Partial<Capabilities> = {}) {
  const clock = new VirtualClock();
  const bare = new ScriptedProvider({ service: new ScriptedService({ clock }), clock });
  const described: string[] = [];
  let [running, mostRunning] = [0, 0];
  const toObservation = ({ id, labels }: Shown, hours: number | undefined): Observation => ({
    handle: { v: 1, provider: 'scripted', scope: 'here', id },
    nativeState: 'IDLE',
    state: 'ready',
    acceptsWork: true,
    final: false,
    observedAtMs: clock.nowMs(),
    details: {
      createdAtMs: clock.nowMs() - HOUR_MS,
      ...(labels && { labels }),
      ...(hours !== undefined && { usage: { basis: 'reported', source: 'a field', dpuHours: hours } }),
    },
  });
  const find = (id: string): Shown => shown.find((each) => each.id === id) ?? { id };
  const provider: SessionProvider = {
    id: 'scripted',
    scope: 'here',
    capabilities: { ...bare.capabilities, usageUnits: ['dpuHours'], listFilters: [], ...capabilities },
    start: (request, call) => bare.start(request, call),
    terminate: (handle, call) => bare.terminate(handle, call),
    close: () => bare.close(),
    listPage: () => Promise.resolve({ observations: shown.map((each) => toObservation(each, each.listedHours)) }),
    describe: async ({ id }) => {
      described.push(id);
      mostRunning = Math.max(mostRunning, (running += 1));
      await Promise.resolve();
      running -= 1;
      const { failure, ...each } = find(id);
      if (failure !== undefined) throw failure;
      return toObservation(each, each.describedHours);
    },
  };
  const read = async (options: ListOptions = {}): Promise<readonly SessionCost[]> => {
    const costs: SessionCost[] = [];
    for await (const each of sessionCosts({ provider, clock, prices: PRICES }, options)) costs.push(each);
    return costs;
  };
  return { read, described, mostAtOnce: () => mostRunning };
}

const amounts = (costs: readonly SessionCost[]) =>
  costs.map(({ observation, cost }) => [observation.handle.id, cost.known ? cost.amount : cost.why]);

describe('the costs of sessions', () => {
  it('take the usage of the list, and describe a session whose usage it does not show', async () => {
    const { read, described } = report([
      { id: 'listed', listedHours: 3 },
      { id: 'described', describedHours: 4 },
    ]);
    const costs = await read();
    expect(amounts(costs)).toEqual([
      ['listed', 6],
      ['described', 8],
    ]);
    expect(costs.map(({ ageMs }) => ageMs)).toEqual([HOUR_MS, HOUR_MS]);
    expect(described).toEqual(['described']);
  });

  it('describe nothing where the service reports no usage', async () => {
    const { read, described } = report([{ id: 'a' }], { usageUnits: [] });
    expect((await read())[0]?.cost.known).toBe(false);
    expect(described).toEqual([]);
  });

  it('describe eight sessions at a time, in the order of the list, and no more than 500', async () => {
    const shown = Array.from({ length: MAX_DESCRIBED + 3 }, (_, n) => ({ id: `s-${n}`, describedHours: n }));
    const { read, described, mostAtOnce } = report(shown);
    const found = amounts(await read());
    expect(found.slice(0, MAX_DESCRIBED)).toEqual(shown.slice(0, MAX_DESCRIBED).map(({ id }, n) => [id, 2 * n]));
    expect(found.slice(MAX_DESCRIBED)).toEqual(
      [500, 501, 502].map((n) => [`s-${n}`, 'more than 500 sessions are listed']),
    );
    expect([described.length, mostAtOnce()]).toEqual([500, 8]);
  });

  it('are unknown with the reason where a session cannot be described', async () => {
    const failure = new SessionError('forbidden', 'no', { operation: 'describe' });
    const { read } = report([
      { id: 'denied', failure },
      { id: 'next', describedHours: 1 },
    ]);
    expect(amounts(await read())).toEqual([
      ['denied', 'describing the session failed (forbidden)'],
      ['next', 2],
    ]);
  });

  it('fail when they are aborted, and with what is no answer of the service', async () => {
    const failure = new SessionError('aborted', 'stop', { operation: 'describe' });
    const controller = new AbortController();
    const shown = [{ id: 'a', failure }];
    const reading = failureOf(report(shown).read({ signal: controller.signal }));
    controller.abort();
    expect((await reading).kind).toBe('aborted');
    const bug = new TypeError('a bug') as unknown as SessionError;
    await expect(report([{ id: 'a', failure: bug }]).read()).rejects.toThrow('a bug');
  });

  it('filter by labels, which the list shows or a description does', async () => {
    const shown = [
      { id: 'mine', labels: { team: 'a', tier: '1' }, listedHours: 1, describedHours: 1 },
      { id: 'theirs', labels: { team: 'b' }, listedHours: 1, describedHours: 1 },
    ];
    const hidden = report(shown);
    expect(amounts(await hidden.read({ labels: { team: 'a' } }))).toEqual([['mine', 2]]);
    expect(hidden.described).toEqual(['mine', 'theirs']);
    const filtered = report(shown, { listFilters: ['labels'] });
    await filtered.read({ labels: { team: 'a' } });
    expect(filtered.described).toEqual([]);
  });

  it('fail where not even a description shows labels', async () => {
    const failure = await failureOf(report([{ id: 'a', describedHours: 1 }]).read({ labels: { team: 'a' } }));
    expect(failure).toMatchObject({ kind: 'unsupported', operation: 'costs', provider: 'scripted' });
    expect(failure.message).toContain('scripted does not show the labels of its sessions');
    expect(failure.advice).toBe('Filter by `owner`.');
  });
});
