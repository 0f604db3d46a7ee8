import { describe, expect, it } from 'vitest';
import { SessionError } from '../../src/contract/session-error.ts';
import type { ListFilter } from '../../src/contract/session-provider.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { LiveLists, shows, type Listable, type ListedPage } from '../../src/watch/live-list.ts';
import { failureOf } from '../failure-of.ts';
import { unlimitedCall } from '../calls.ts';

const CREATING = { filter: { states: ['creating'] }, leaves: 1 / 4 };
const LIVE = { filter: { states: ['creating', 'ready', 'busy'] }, leaves: 0 };
const ALL = { filter: {}, leaves: 0 };

/** Sessions of these states; an unknown one was never seen. */
const sessions = (count: number, state?: string): readonly Listable[] =>
  Array.from({ length: count }, () => ({ isDescribed: false, seen: state === undefined ? undefined : { state } }));

/** The lists of a scope whose answers take so many pages. */
function setUp(pagesOf: (filter: ListFilter) => number = () => 1, listFilters: readonly 'states'[] = ['states']) {
  const clock = new VirtualClock();
  const cursors: unknown[] = [];
  const lists = new LiveLists<string>(
    {
      id: 'scripted',
      capabilities: { listFilters },
      listPage: (filter, cursor): Promise<ListedPage<string>> => {
        cursors.push(cursor);
        const page = Number(cursor ?? 1);
        return Promise.resolve({
          observations: [`page ${page}`],
          ...(page < pagesOf(filter) && { next: String(page + 1) }),
        });
      },
    },
    clock,
  );
  const read = async (list: Parameters<typeof lists.read>[0], maxPages = 100, most = 100) => {
    const pages: string[] = [];
    const isWhole = await lists.read(list, { maxPages, call: unlimitedCall() }, ([page = '']) => {
      pages.push(page);
      return pages.length >= most;
    });
    return { isWhole, pages };
  };
  return { clock, lists, read, cursors };
}

describe('the choice of a list', () => {
  it.each([
    ['one session', sessions(1, 'creating'), undefined],
    ['two sessions', sessions(2, 'creating'), LIVE],
    ['two that were never seen', sessions(2), LIVE],
    ['two that have failed', sessions(2, 'failed'), ALL],
    ['two that lists do not show', sessions(2).map((one) => ({ ...one, isDescribed: true })), undefined],
    ['none', [], undefined],
  ])('for %s is the one that takes the fewest calls', (_what, due, list) => {
    expect(setUp().lists.choose(due)).toEqual(list);
  });

  it('without a filter for states is the whole list', () => {
    expect(setUp(undefined, []).lists.choose(sessions(2))).toEqual(ALL);
  });

  it('goes by the pages that lists took within a minute', async () => {
    const { clock, lists, read } = setUp(({ states }) => (states?.length === 1 ? 1 : 5));
    const due = sessions(12, 'creating');
    for (const list of [LIVE, ALL]) {
      const chosen = lists.choose(due);
      expect(chosen).toEqual(list);
      if (chosen !== undefined) expect(await read(chosen)).toMatchObject({ isWhole: true });
    }
    // One page, and a call for each of the three that leave it; the others take five pages.
    expect(lists.choose(due)).toEqual(CREATING);
    expect(lists.choose(sessions(17, 'creating'))).toEqual(LIVE);
    expect(lists.choose(sessions(4, 'ready'))).toBeUndefined();
    await clock.advance(59_999);
    expect(lists.choose(due)).toEqual(CREATING);
    await clock.advance(1);
    expect(lists.choose(due)).toEqual(LIVE);
  });
});

describe('the reading of a list', () => {
  it('follows the pages', async () => {
    const { read, cursors } = setUp(() => 3);
    expect(await read(ALL)).toEqual({ isWhole: true, pages: ['page 1', 'page 2', 'page 3'] });
    expect(cursors).toEqual([undefined, '2', '3']);
  });

  it('stops where nothing more is wanted', async () => {
    expect(await setUp(() => 3).read(ALL, 100, 2)).toEqual({ isWhole: true, pages: ['page 1', 'page 2'] });
  });

  it('stops where describing takes fewer calls, and remembers that it is longer', async () => {
    const { lists, read } = setUp(() => 9);
    const list = lists.choose(sessions(3, 'ready'));
    expect(list).toEqual(LIVE);
    if (list !== undefined)
      expect(await read(list, 3)).toEqual({ isWhole: false, pages: ['page 1', 'page 2', 'page 3'] });
    expect(lists.choose(sessions(4, 'ready'))).toEqual(ALL);
    const all = lists.choose(sessions(4, 'ready'));
    if (all !== undefined) await read(all, 3);
    expect(lists.choose(sessions(4, 'ready'))).toBeUndefined();
    expect(lists.choose(sessions(5, 'ready'))).toEqual(LIVE);
  });

  it('passes on the time at which each page was asked for', async () => {
    const clock = new VirtualClock({ monotonicStartMs: 0 });
    const lists = new LiveLists<string>(
      {
        id: 'slow',
        capabilities: { listFilters: [] },
        listPage: async (_filter, cursor) => {
          await clock.advance(700);
          return { observations: [], ...(cursor === undefined && { next: '2' }) };
        },
      },
      clock,
    );
    const begunMs: number[] = [];
    await lists.read(ALL, { maxPages: 9, call: unlimitedCall() }, (_page, pageMs) => begunMs.push(pageMs) > 9);
    expect(begunMs).toEqual([0, 700]);
  });

  it('fails where a page token repeats', async () => {
    const listPage = () => Promise.resolve({ observations: [], next: 'again' });
    const lists = new LiveLists({ id: 'broken', capabilities: { listFilters: [] }, listPage }, new VirtualClock());
    const error = await failureOf(lists.read(ALL, { maxPages: 9, call: unlimitedCall() }, () => false));
    expect(error).toMatchObject({
      kind: 'unexpected',
      operation: 'listPage',
      provider: 'broken',
      message: expect.stringContaining('broken returned the same page token twice') as string,
    });
  });
});

describe('a list that fails', () => {
  const temporary = new SessionError('unavailable', 'no answer', { operation: 'listPage' });

  it.each([
    ['for a while', [temporary], [false]],
    ['twice', [temporary, temporary], [false, true]],
    ['for good', [new SessionError('forbidden', 'no', { operation: 'listPage' })], [true]],
    ['with a bug', [new TypeError('a bug')], [true]],
  ])('%s is not read for a minute, or is tried again', async (_how, errors, givenUp) => {
    const { clock, lists } = setUp();
    expect(errors.map((error) => lists.failed(error))).toEqual(givenUp);
    const isGivenUp = givenUp.at(-1);
    expect(lists.choose(sessions(9)) === undefined).toBe(isGivenUp);
    await clock.advance(59_999);
    expect(lists.choose(sessions(9)) === undefined).toBe(isGivenUp);
    await clock.advance(1);
    expect(lists.choose(sessions(9))).toEqual(LIVE);
    expect(lists.failed(temporary)).toBe(isGivenUp === false);
  });

  it('is trusted again once it was read', async () => {
    const { lists, read } = setUp();
    lists.failed(temporary);
    await read(ALL);
    expect(lists.failed(temporary)).toBe(false);
  });
});

describe('shows', () => {
  it.each([
    [CREATING, 'creating', true],
    [CREATING, undefined, true],
    [CREATING, 'ready', false],
    [LIVE, 'busy', true],
    [LIVE, 'failed', false],
    [ALL, 'failed', true],
  ] as const)('by %j a session that is %s: %s', (list, state, isShown) => {
    expect(shows(list, { isDescribed: false, seen: { state } })).toBe(isShown);
    expect(shows(list, { isDescribed: true, seen: { state } })).toBe(false);
  });
});
