import { LIST_FILTER_FIELDS, type ListFilterField } from '../../contract/capabilities.ts';
import type { ListFilter } from '../../contract/session-provider.ts';
import { CaseBlocked, check, said } from '../check.ts';
import { needsFlag, needsLayers, type Need } from '../kit-case.ts';
import type { SubjectFacts } from '../subject.ts';
import type { Trial } from '../trial.ts';
import { caseNeeding, readyCaseNeeding, type ConformanceCase } from './session-case.ts';

/** No case starts more sessions than this. */
const MAX_SESSIONS = 60;

/** A filter of each field, for providers that do not have it. */
const ABSENT_FILTERS = {
  states: { states: ['ready'] },
  createdAfterMs: { createdAfterMs: 0 },
  labels: { labels: { team: 'data' } },
} as const satisfies Record<ListFilterField, ListFilter>;

const FILTER_CHECKS: Readonly<Record<ListFilterField, (trial: Trial) => Promise<void>>> = {
  states: async (trial) => {
    const { id } = await trial.startReady();
    await expectList(trial, { states: ['ready', 'busy'] }, { has: [id], lacks: [] });
    await expectList(trial, { states: ['creating', 'failed'] }, { has: [], lacks: [id] });
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
    const { handle: red } = await trial.start({ labels: { team: 'red', stage: 'test' } });
    const { handle: blue } = await trial.start({ labels: { team: 'blue', stage: 'test' } });
    await expectList(trial, { labels: { team: 'red' } }, { has: [red.id], lacks: [blue.id] });
    await expectList(trial, { labels: { stage: 'test' } }, { has: [red.id, blue.id], lacks: [] });
    await expectList(trial, { labels: { team: 'blue', stage: 'production' } }, { has: [], lacks: [red.id, blue.id] });
  },
};

/** C-040 … C-043: what the list shows. */
export const LISTING_CASES: readonly ConformanceCase[] = [
  caseNeeding()(
    'C-040',
    'following the pages returns every live session once, on pages that are not too large',
    async (trial) => {
      const { listPageSize, maxLiveSessions } = trial.capabilities;
      const count = Math.min(listPageSize * 2 + 1, maxLiveSessions || MAX_SESSIONS, MAX_SESSIONS);
      for (let started = 0; started < count; started++) await trial.start();
      const live = await trial.oracle.live();
      if (live.length !== count) throw new CaseBlocked('C-020', `${count} starts made ${live.length} sessions`);
      const pages = await trial.listPages();
      const largest = Math.max(...pages.map(({ observations }) => observations.length));
      check(largest <= listPageSize, `a page has ${largest} sessions and may have ${listPageSize}`);
      const listed = pages.flatMap((page) => page.observations.map(({ handle }) => handle.id));
      const missing = live.filter((id) => !listed.includes(id));
      check(missing.length === 0, `${missing.length} of ${count} live sessions are missing from the list`);
      check(new Set(listed).size === listed.length, 'a session is listed more than once');
      trial.notes.push(`${count} sessions on ${pages.length} pages`);
    },
  ),
  readyCaseNeeding()('C-041', 'a listed session has the state that describe returns', async (trial, ready) => {
    const { handle: young } = await trial.start();
    for (const handle of [ready, young]) {
      const { before, listed, after } = await trial.pollUntil(
        async () => ({
          before: await trial.describe(handle),
          listed: await trial.findListed(handle),
          after: await trial.describe(handle),
        }),
        // If readiness takes a separate call, the list reports it later.
        (seen) => !(seen.listed?.state === 'creating' && seen.before.state === 'ready'),
      );
      check(listed !== undefined, 'a live session is missing from the list');
      // The session may have changed between the two describes.
      const isSame = [before, after].some(
        ({ state, final, acceptsWork }) =>
          state === listed.state && final === listed.final && acceptsWork === listed.acceptsWork,
      );
      check(isSame, `the list reports ${said(listed)} and describe reports ${said(after)}`);
    }
  }),
  ...LIST_FILTER_FIELDS.flatMap((field) => [
    // Without labels there is nothing to filter by.
    caseNeeding(needsFilter(field), ...(field === 'labels' ? [needsFlag('labels')] : []))(
      'C-042',
      `the filter '${field}' keeps what matches and drops the rest`,
      FILTER_CHECKS[field],
    ),
    caseNeeding(needsLayers, needsNoFilter(field))(
      'C-101',
      `the filter '${field}' is unsupported, before any I/O`,
      async (trial) => {
        await trial.withoutRequests(`the filter ${field}`, () => {
          const page = trial.provider.listPage(ABSENT_FILTERS[field], undefined, trial.call());
          return trial.fails(page, 'unsupported', `the filter ${field}`);
        });
      },
    ),
  ]),
  readyCaseNeeding()('C-043', 'an ended session is not listed as a live one', async (trial, handle) => {
    await trial.end(handle);
    const listed = await trial.findListed(handle);
    check(listed?.final !== false, `an ended session is listed as ${listed?.state}`);
  }),
];

function needsFilter(field: ListFilterField): Need<SubjectFacts> {
  return ({ capabilities }) => (capabilities.listFilters.includes(field) ? undefined : `the list filter '${field}'`);
}

function needsNoFilter(field: ListFilterField): Need<SubjectFacts> {
  return (facts) => (needsFilter(field)(facts) ? undefined : `the absence of the list filter '${field}'`);
}

async function expectList(
  trial: Trial,
  filter: ListFilter,
  expected: { readonly has: readonly string[]; readonly lacks: readonly string[] },
): Promise<void> {
  const ids = (await trial.listAll(filter)).map(({ handle }) => handle.id);
  const hasAll = expected.has.every((id) => ids.includes(id));
  check(hasAll, `the filter ${JSON.stringify(filter)} drops a session that matches`);
  const hasMore = expected.lacks.some((id) => ids.includes(id));
  check(!hasMore, `the filter ${JSON.stringify(filter)} keeps a session that does not match`);
}
