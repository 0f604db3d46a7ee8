import { describe, expect, it } from 'vitest';
import type { Capabilities } from '../../src/contract/capabilities.ts';
import type { Observation } from '../../src/contract/observation.ts';
import type { ListFilter } from '../../src/contract/session-provider.ts';
import type { ListOptions } from '../../src/session/listing.ts';
import type { Sessions } from '../../src/session/sessions.ts';
import { adapterOf, handleOf, Scene } from './scene.ts';
import { failureOf } from '../failure-of.ts';

async function idsOf(listing: AsyncIterable<Observation>): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { handle } of listing) ids.push(handle.id);
  return ids;
}

/** Twelve sessions: three a page; every second one of team b, every third one ended, a second apart. */
async function dozen(listFilters: readonly ('states' | 'createdAfterMs' | 'labels')[]) {
  const scene = new Scene({ capabilities: { listPageSize: 5, listFilters } });
  const filters: ListFilter[] = [];
  const bare = adapterOf(scene);
  const adapter = adapterOf(scene, {
    listPage: (filter, cursor, call) => {
      filters.push(filter);
      return bare.listPage(filter, cursor, call);
    },
  });
  const processes = [scene.process({ adapter, owner: 'a' }), scene.process({ adapter, owner: 'b' })] as const;
  const ids: string[] = [];
  for (let at = 0; at < 12; at++) {
    const session = await (processes[at % 2] ?? processes[0]).sessions.start({
      labels: { parity: String(at % 2), at: String(at) },
    });
    ids.push(session.handle.id);
    if (at % 3 === 0) await session.terminate();
    await scene.clock.advance(1_000);
  }
  await scene.clock.advance(3_000);
  return { scene, sessions: processes[0].sessions, ids, filters };
}

describe('Sessions.list', () => {
  it('C-040 follows the pages and gives each session once', async () => {
    const { scene, sessions, ids } = await dozen(['states']);
    expect(await idsOf(sessions.list())).toEqual(ids);
    expect(scene.service.oracle.callCount('listPage')).toBe(3);
  });

  describe.each([
    ['the service filters by everything', ['states', 'createdAfterMs', 'labels']],
    ['the service filters by one thing', ['labels']],
    ['the service filters by nothing', []],
  ] as const)('when %s', (_case, listFilters) => {
    const cases: [string, ListOptions | ((startMs: number) => ListOptions), readonly number[]][] = [
      ['states', { states: ['terminated'] }, [0, 3, 6, 9]],
      ['several states', { states: ['terminated', 'ready'] }, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
      ['no state at all', { states: [] }, []],
      ['labels', { labels: { parity: '1' } }, [1, 3, 5, 7, 9, 11]],
      ['several labels', { labels: { parity: '1', at: '3' } }, [3]],
      ['a label that nobody has', { labels: { colour: 'red' } }, []],
      ['age', (startMs) => ({ createdAfterMs: startMs + 8_000 }), [8, 9, 10, 11]],
      ['owner', { owner: 'b' }, [1, 3, 5, 7, 9, 11]],
      [
        'all at once',
        (startMs) => ({ states: ['terminated'], createdAfterMs: startMs, owner: 'b', labels: { parity: '1' } }),
        [3, 9],
      ],
    ];
    it.each(cases)('C-042 keeps what fits by %s and drops the rest', async (_by, options, expected) => {
      const { sessions, ids, scene } = await dozen(listFilters);
      const startMs = scene.service.session(ids[0] ?? '').createdMs;
      const given = typeof options === 'function' ? options(startMs) : options;
      expect(await idsOf(sessions.list(given))).toEqual(expected.map((at) => ids[at]));
    });

    it('C-101 asks the service only for what it can filter by', async () => {
      const { sessions, filters } = await dozen(listFilters);
      await idsOf(sessions.list({ states: ['ready'], labels: { parity: '0' }, owner: 'a' }));
      const fields = listFilters.filter((field) => field !== 'createdAfterMs');
      expect(filters.length).toBeGreaterThan(0);
      for (const filter of filters) expect(Object.keys(filter).sort()).toEqual([...fields].sort());
    });
  });

  it('C-014 shows a session of an unknown state, unless states were asked for', async () => {
    const { scene, sessions, ids } = await dozen([]);
    scene.service.showState(ids[1] ?? '', 'REBALANCING');
    expect(await idsOf(sessions.list({ labels: { at: '1' } }))).toEqual([ids[1]]);
    expect(await idsOf(sessions.list({ labels: { at: '1' }, states: ['ready'] }))).toEqual([]);
  });

  it('drops what does not tell what was asked about', async () => {
    const scene = new Scene();
    const seen: Observation = {
      handle: handleOf(scene),
      nativeState: 'IDLE',
      state: 'ready',
      acceptsWork: true,
      final: false,
      observedAtMs: 0,
      details: {},
    };
    const sessionsOf = (details: Observation['details'] = {}, listFilters: Capabilities['listFilters'] = []) => {
      const { capabilities } = adapterOf(scene);
      const listPage = () => Promise.resolve({ observations: [{ ...seen, details }] });
      const adapter = adapterOf(scene, { capabilities: { ...capabilities, listFilters }, listPage });
      return scene.process({ adapter }).sessions;
    };
    expect(await idsOf(sessionsOf().list())).toEqual(['ss-1']);
    const labels = { a: 'b' };
    for (const options of [{ createdAfterMs: 0 }, { owner: 'a' }, { labels }]) {
      expect(await idsOf(sessionsOf().list(options))).toEqual([]);
    }
    // The service has filtered by labels that it does not show; what it shows must fit.
    expect(await idsOf(sessionsOf({}, ['labels']).list({ labels }))).toEqual(['ss-1']);
    expect(await idsOf(sessionsOf({ labels: {} }, ['labels']).list({ labels }))).toEqual([]);
  });

  it('C-040 gives a session once that moves from page to page', async () => {
    const scene = new Scene();
    const seen = (id: string) => ({
      ...({
        nativeState: 'IDLE',
        state: 'ready',
        acceptsWork: true,
        final: false,
        observedAtMs: 0,
        details: {},
      } as const),
      handle: handleOf(scene, id),
    });
    const pages = [
      { observations: [seen('a'), seen('b')], next: '2' },
      { observations: [], next: '3' },
      { observations: [seen('b'), seen('c')] },
    ];
    const { sessions } = scene.process({
      adapter: adapterOf(scene, {
        listPage: (_filter, cursor = '1') => Promise.resolve(pages[Number(cursor) - 1] ?? { observations: [] }),
      }),
    });
    expect(await idsOf(sessions.list())).toEqual(['a', 'b', 'c']);
  });

  it('does not follow the same pages for ever', async () => {
    const scene = new Scene();
    let pages = 0;
    const { sessions } = scene.process({
      adapter: adapterOf(scene, {
        listPage: () => Promise.resolve({ observations: [], next: String((pages += 1) % 2) }),
      }),
    });
    const error = await failureOf(idsOf(sessions.list()));
    expect(error).toMatchObject({ kind: 'unexpected', operation: 'listPage', provider: 'scripted' });
    expect(error.message).toContain('scripted returned the same page token twice');
    expect(pages).toBe(3);
  });

  it('reads no further than it is read', async () => {
    const { scene, sessions } = await dozen([]);
    for await (const { handle } of sessions.list()) {
      expect(handle.provider).toBe('scripted');
      break;
    }
    expect(scene.service.oracle.callCount('listPage')).toBe(1);
  });

  it('C-007 stops between pages when its signal aborts', async () => {
    const { scene, sessions } = await dozen([]);
    const controller = new AbortController();
    const listing = sessions.list({ signal: controller.signal })[Symbol.asyncIterator]();
    for (let at = 0; at < 5; at++) await listing.next();
    controller.abort();
    expect((await failureOf(listing.next())).kind).toBe('aborted');
    expect([scene.service.oracle.callCount('listPage'), scene.clock.pendingTimers]).toEqual([1, 0]);
  });

  it.each([
    [{ state: ['ready'] }, "'state': unknown key; did you mean states?"],
    [{ states: ['idle'] }, '\'states.0\': expected one of creating, ready, busy, terminated, failed; found "idle"'],
    [{ states: 'ready' }, "'states': expected a list"],
    [{ createdAfterMs: '2026-01-01' }, "'createdAfterMs': expected epoch milliseconds"],
    [{ createdAfterMs: Number.NaN }, "'createdAfterMs': expected epoch milliseconds"],
    [{ createdAfterMs: 8.64e15 }, "'createdAfterMs': expected epoch milliseconds"],
    [{ createdAfterMs: -8.64e15 }, "'createdAfterMs': expected epoch milliseconds"],
    [{ owner: '' }, "'owner': expected a text of 1 to 63 characters"],
    [{ labels: ['a'] }, "'labels': expected a map"],
    [{ signal: 7 }, "'signal': expected an AbortSignal"],
    [null, 'options of list: expected a map'],
  ])('refuses %j before any I/O: a misspelt filter would list everybody’s sessions', async (options, why) => {
    const scene = new Scene();
    const { sessions } = scene.process();
    const error = await failureOf((async () => sessions.list(options as Parameters<Sessions['list']>[0]))());
    expect([error.kind, error.operation]).toEqual(['invalid-request', 'list']);
    expect(error.message).toContain(why);
    expect(scene.service.oracle.callCount()).toBe(0);
  });
});
