import { LIST_FILTER_FIELDS, type ListFilterField } from '../../contract/capabilities.ts';
import type { SessionHandle } from '../../contract/session-handle.ts';
import type { ListFilter } from '../../contract/session-provider.ts';
import {
  allOf,
  CaseBlocked,
  check,
  defineCase,
  needsFlag,
  needsLayers,
  type ConformanceCase,
} from '../conformance-case.ts';
import { said } from '../outcome.ts';
import type { Trial } from '../trial.ts';

/** More sessions than this are not started for one case. */
const MOST_SESSIONS = 60;

/** C-040 … C-043: what the list gives. */
export const LISTING_CASES: readonly ConformanceCase[] = [
  defineCase({
    rule: 'C-040',
    title: 'following the pages gives every live session once, on pages that are not too large',
    run: async (trial) => {
      const { listPageSize, maxLiveSessions } = trial.capabilities;
      const count = Math.min(
        listPageSize * 2 + 1,
        maxLiveSessions === false ? MOST_SESSIONS : maxLiveSessions,
        MOST_SESSIONS,
      );
      for (let started = 0; started < count; started++) await trial.start();
      const live = await trial.oracle.live();
      if (live.length !== count) throw new CaseBlocked('C-020', `${count} starts made ${live.length} sessions`);
      const pages = await trial.listPages();
      for (const { observations } of pages) {
        check(
          observations.length <= listPageSize,
          `a page has ${observations.length} sessions and may have ${listPageSize}`,
        );
      }
      const listed = pages.flatMap((page) => page.observations.map((observation) => observation.handle.id));
      const missing = live.filter((id) => !listed.includes(id));
      check(missing.length === 0, `${missing.length} of ${count} live sessions are missing from the list`);
      check(new Set(listed).size === listed.length, 'a session is listed more than once');
      trial.notes.push(`${count} sessions on ${pages.length} pages`);
    },
  }),
  defineCase({
    rule: 'C-041',
    title: 'a listed session has the state that describe gives',
    run: async (trial) => {
      const ready = await trial.startReady();
      const { handle: young } = await trial.start();
      for (const handle of [ready, young]) {
        const { before, listed, after } = await trial.lookUntil(
          () => listedAndDescribed(trial, handle),
          // Where it takes a call of its own to find out that a session is ready, the list learns it later.
          (seen) => !(seen.listed?.state === 'creating' && seen.before.state === 'ready'),
        );
        check(listed !== undefined, 'a live session is missing from the list');
        // The session may have changed between the two describes.
        const isSame = [before, after].some(
          ({ state, final, acceptsWork }) =>
            state === listed.state && final === listed.final && acceptsWork === listed.acceptsWork,
        );
        check(isSame, `the list says ${said(listed)} and describe says ${said(after)}`);
      }
    },
  }),
  ...LIST_FILTER_FIELDS.flatMap((field): ConformanceCase[] => [
    {
      rule: 'C-042',
      title: `the filter '${field}' keeps what fits and drops the rest`,
      lacks: allOf(
        ({ capabilities }) => (capabilities.listFilters.includes(field) ? undefined : `the list filter '${field}'`),
        // Without labels there is nothing to filter by.
        (facts) => (field === 'labels' ? needsFlag('labels')(facts) : undefined),
      ),
      run: (trial) => FILTER_CHECKS[field](trial),
    },
    {
      rule: 'C-101',
      title: `the filter '${field}' is unsupported, before any I/O`,
      lacks: allOf(needsLayers, ({ capabilities }) =>
        capabilities.listFilters.includes(field) ? `the absence of the list filter '${field}'` : undefined,
      ),
      run: async (trial) => {
        const filter = {
          states: { states: ['ready'] },
          createdAfterMs: { createdAfterMs: 0 },
          labels: { labels: { team: 'data' } },
        } as const;
        await trial.withoutRequests('an unsupported list filter', () =>
          trial.fails(
            trial.provider.listPage(filter[field], undefined, trial.call()),
            'unsupported',
            `the filter ${field}`,
          ),
        );
      },
    },
  ]),
  defineCase({
    rule: 'C-043',
    title: 'an ended session stays in the list',
    lacks: needsFlag('listsFinal'),
    run: async (trial) => check(await listsEnded(trial), 'an ended session is missing from the list'),
  }),
  defineCase({
    rule: 'C-043',
    title: 'an ended session leaves the list',
    lacks: ({ capabilities }) => (capabilities.listsFinal ? "the absence of 'listsFinal'" : undefined),
    run: async (trial) => check(!(await listsEnded(trial)), 'an ended session is in the list'),
  }),
];

const FILTER_CHECKS: Readonly<Record<ListFilterField, (trial: Trial) => Promise<void>>> = {
  states: async (trial) => {
    const ready = await trial.startReady();
    await expectList(trial, { states: ['ready', 'busy'] }, { has: [ready.id], lacks: [] });
    await expectList(trial, { states: ['creating', 'failed'] }, { has: [], lacks: [ready.id] });
  },
  createdAfterMs: async (trial) => {
    const older = await trial.start();
    await trial.pass(5_000);
    const betweenMs = trial.nowMs;
    await trial.pass(5_000);
    const younger = await trial.start();
    await expectList(trial, { createdAfterMs: betweenMs }, { has: [younger.handle.id], lacks: [older.handle.id] });
  },
  labels: async (trial) => {
    const red = await trial.start({ labels: { team: 'red', stage: 'test' } });
    const blue = await trial.start({ labels: { team: 'blue', stage: 'test' } });
    const [redId, blueId] = [red.handle.id, blue.handle.id];
    await expectList(trial, { labels: { team: 'red' } }, { has: [redId], lacks: [blueId] });
    await expectList(trial, { labels: { stage: 'test' } }, { has: [redId, blueId], lacks: [] });
    await expectList(trial, { labels: { team: 'blue', stage: 'production' } }, { has: [], lacks: [redId, blueId] });
  },
};

async function listedAndDescribed(trial: Trial, handle: SessionHandle) {
  const before = await trial.describe(handle);
  const listed = (await trial.listAll()).find((observation) => observation.handle.id === handle.id);
  return { before, listed, after: await trial.describe(handle) };
}

async function expectList(
  trial: Trial,
  filter: ListFilter,
  expected: { readonly has: readonly string[]; readonly lacks: readonly string[] },
): Promise<void> {
  const ids = (await trial.listAll(filter)).map((observation) => observation.handle.id);
  const wanted = JSON.stringify(filter);
  check(
    expected.has.every((id) => ids.includes(id)),
    `the filter ${wanted} drops a session that fits`,
  );
  check(
    expected.lacks.every((id) => !ids.includes(id)),
    `the filter ${wanted} keeps a session that does not fit`,
  );
}

async function listsEnded(trial: Trial): Promise<boolean> {
  const handle = await trial.startReady();
  await trial.terminate(handle);
  await trial.untilFinal(handle);
  return (await trial.listAll()).some((observation) => observation.handle.id === handle.id);
}
