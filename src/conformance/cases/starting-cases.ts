import { lifetimeRange } from '../../contract/capabilities.ts';
import type { Observation } from '../../contract/observation.ts';
import { LONGEST_LIFETIME_MS } from '../../contract/ownership.ts';
import { SessionError } from '../../contract/session-error.ts';
import type { StartRequest } from '../../contract/start-request.ts';
import { CaseBlocked, check, outcomeOf, said, type Outcome } from '../check.ts';
import { needsFaults, needsLayers, needsNoFlag } from '../kit-case.ts';
import type { Trial } from '../trial.ts';
import {
  caseNeeding,
  expectFoundAgain,
  expectOneOfThree,
  expectSameStart,
  type ConformanceCase,
  type TokenStart,
} from './session-case.ts';

const startingCase = caseNeeding();

/** Start options that a provider may lack, each with its capability. */
const OPTIONAL = {
  labels: { labels: { team: 'data' } },
  size: { size: 'small' },
  sparkConf: { sparkConf: { 'spark.executor.cores': '1' } },
} as const;

/** C-020 … C-026 and C-101: what a start promises. */
export const STARTING_CASES: readonly ConformanceCase[] = [
  startingCase(
    'C-020',
    'a token that is used again starts nothing, while its session lives and after its end',
    async (trial) => {
      const request = trial.request();
      const { handle } = await trial.start(request);
      const session = sessionStart(trial, request);
      await expectSameStart(trial, session, handle.id);
      await trial.untilReady(handle);
      await expectSameStart(trial, session, handle.id);
      await trial.end(handle);
      await expectSameStart(trial, session, handle.id);
    },
  ),
  startingCase('C-020', 'another token starts another session', async (trial) => {
    const [first, second] = [await trial.start(), await trial.start()];
    check(first.handle.id !== second.handle.id, 'two tokens started one session');
  }),
  startingCase('C-021', 'starts with one token at the same time start one session', (trial) =>
    expectOneOfThree(trial, sessionStart(trial)),
  ),
  caseNeeding(needsFaults('lost-answer'))('C-022', 'a start whose answer was lost is found by its token', (trial) =>
    expectFoundAgain(trial, sessionStart(trial)),
  ),
  startingCase(
    'C-023',
    'describe and the list report the owner, the token and the lifetime of a session',
    async (trial) => {
      const { owner, token } = trial.request();
      const lifetimeMs = LONGEST_LIFETIME_MS;
      const { handle } = await trial.start({ owner, token, lifetimeMs });
      const listed = await trial.findListed(handle);
      check(listed !== undefined, 'a session that was just started is missing from the list');
      for (const [where, { details }] of Object.entries({ describe: await trial.describe(handle), list: listed })) {
        const { ownership } = details;
        const isKept = ownership?.owner === owner && ownership.token === token && ownership.lifetimeMs === lifetimeMs;
        const expected = JSON.stringify({ owner, token, lifetimeMs });
        check(isKept, `${where} reports the ownership ${JSON.stringify(ownership)} of a session of ${expected}`);
      }
    },
  ),
  startingCase('C-024', 'the idle timeout in force is the requested one, rounded up', async (trial) => {
    const { min, max } = trial.capabilities.idleTimeoutMs;
    for (const idleTimeoutMs of [min, Math.min(max, min + 1), Math.min(max, min + 30_500), max]) {
      const { handle } = await trial.start({ idleTimeoutMs });
      const inForceMs = await trial.oracle.idleTimeoutMs(handle.id);
      check(inForceMs >= idleTimeoutMs, `${idleTimeoutMs} ms were requested and ${inForceMs} ms are in force`);
      const isRounded = inForceMs <= max && inForceMs < idleTimeoutMs + min + 60_000;
      check(isRounded, `${idleTimeoutMs} ms became ${inForceMs} ms`);
      const { details } = await trial.describe(handle);
      const reportedMs = details.idleTimeoutMs ?? inForceMs;
      check(reportedMs === inForceMs, `the observation reports ${reportedMs} ms and ${inForceMs} ms are in force`);
    }
  }),
  ...(['forbidden', 'throttled', 'unavailable', 'lost-answer'] as const).map((kind) =>
    caseNeeding(needsFaults(kind))(
      'C-025',
      `a start that fails with '${kind}' and reports no effect had none`,
      async (trial) => {
        await trial.inject({ kind, operation: 'start' });
        await expectHonest(trial, await outcomeOf(trial.settle(startNew(trial))));
      },
    ),
  ),
  caseNeeding(needsFaults('no-answer'))(
    'C-025',
    "a start that fails with 'no-answer' and reports no effect had none",
    async (trial) => {
      await trial.inject({ kind: 'no-answer', operation: 'start' });
      const controller = new AbortController();
      const start = outcomeOf(startNew(trial, controller.signal));
      await trial.happens(async () => (await trial.oracle.requestCount('start')) > 0);
      controller.abort();
      const aborted = await trial.outcomeNow(start);
      if (aborted?.ok !== true) throw new CaseBlocked('C-007', 'the start keeps waiting after the abort');
      await expectHonest(trial, aborted.value);
    },
  ),
  startingCase('C-025', 'a start that is refused before it is sent has started nothing', async (trial) => {
    await expectHonest(trial, await outcomeOf(trial.settle(startNew(trial, AbortSignal.abort()))));
  }),
  startingCase(
    'C-026',
    'an idle session ends at its idle timeout, not before, and its end is reported',
    async (trial) => {
      const { min: idleTimeoutMs } = trial.capabilities.idleTimeoutMs;
      const handle = await trial.startReady({ idleTimeoutMs });
      await trial.pass(idleTimeoutMs * 0.9);
      const early = await trial.describe(handle);
      const isLive = (await trial.oracle.live()).includes(handle.id);
      check(isLive && early.state === 'ready', `before its idle timeout the session is ${said(early)}`);
      await trial.pass(idleTimeoutMs * 0.1);
      await trial.until(handle, ({ final }) => final, { what: 'final after its idle timeout', rule: 'C-026' });
      const isHeld = (await trial.oracle.live()).includes(handle.id);
      check(!isHeld, 'the session is reported as ended and the service still holds it');
    },
  ),
  ...(['labels', 'size', 'sparkConf'] as const).map((flag) =>
    caseNeeding(needsLayers, needsNoFlag(flag))(
      'C-101',
      `a start with '${flag}' is unsupported, before any I/O`,
      (trial) => expectRefused(trial, OPTIONAL[flag], 'unsupported'),
    ),
  ),
  caseNeeding(needsLayers)('C-101', 'an idle timeout out of range is refused, before any I/O', async (trial) => {
    const { min, max } = trial.capabilities.idleTimeoutMs;
    await expectRefused(trial, { idleTimeoutMs: min - 1 }, 'invalid-request');
    await expectRefused(trial, { idleTimeoutMs: max + 1 }, 'invalid-request');
  }),
  caseNeeding(needsLayers)('C-101', 'a lifetime out of range is refused, before any I/O', async (trial) => {
    const range = lifetimeRange(trial.capabilities);
    const { max } = range || { max: 0 };
    await expectRefused(trial, { maxLifetimeMs: max + 1 }, range ? 'invalid-request' : 'unsupported');
  }),
];

/** A session that can be started several times with its token. */
function sessionStart(trial: Trial, request: StartRequest = trial.request()): TokenStart {
  return {
    noun: 'session',
    operation: 'start',
    start: async () => (await trial.provider.start(request, trial.call())).handle.id,
    started: async () => trial.oracle.started(),
  };
}

function startNew(trial: Trial, signal?: AbortSignal): Promise<Observation> {
  return trial.provider.start(trial.request(), trial.call(signal && { signal }));
}

/** A failed start that reports no effect has started nothing. */
async function expectHonest(trial: Trial, outcome: Outcome<Observation>): Promise<void> {
  if (outcome.ok || !SessionError.is(outcome.error)) return;
  const { effect, kind } = outcome.error;
  const started = await trial.oracle.started();
  const isHonest = effect === 'unknown' || started.length === 0;
  check(isHonest, `a start failed with ${kind} and effect: 'none', and the session exists`);
}

/** The layers refuse a start before any request. */
async function expectRefused(
  trial: Trial,
  overrides: Partial<StartRequest>,
  kind: 'unsupported' | 'invalid-request',
): Promise<void> {
  const what = `a start with ${Object.keys(overrides).join()}`;
  await trial.withoutRequests(what, () =>
    trial.fails(trial.provider.start(trial.request(overrides), trial.call()), kind, what),
  );
}
