import { SessionError } from '../../contract/session-error.ts';
import type { Observation } from '../../contract/observation.ts';
import { isLegalMove, type StatePoint } from '../../contract/session-state.ts';
import { check, outcomeOf, said } from '../check.ts';
import { needsFaults, needsFlag, needsNoFlag } from '../kit-case.ts';
import { caseNeeding, keepBusy, readyCaseNeeding, wholeLife, type ConformanceCase } from './session-case.ts';

const readyCase = readyCaseNeeding();

/** A case that checks every observation of whole lives. */
function observationCase(rule: string, title: string, checkOne: (seen: Observation) => void): ConformanceCase {
  return caseNeeding()(rule, title, async (trial) => (await wholeLife(trial)).forEach(checkOne));
}

/** C-010 … C-017: what is reported of a session. */
export const STATE_CASES: readonly ConformanceCase[] = [
  readyCase('C-010', 'a session goes from its start through ready to its end by legal moves', async (trial, handle) => {
    const release = await keepBusy(trial, handle);
    await trial.describe(handle);
    await release?.();
    await trial.describe(handle);
    await trial.end(handle);
    let from: StatePoint | undefined;
    for (const observation of trial.observations) {
      const { state, final } = observation;
      if (state === undefined) continue;
      const to = { state, final };
      const isLegal = from === undefined || (from.state === state && from.final === final) || isLegalMove(from, to);
      check(isLegal, `after ${from?.state} the session was ${said(observation)}`);
      from = to;
    }
  }),
  readyCase('C-011', 'after its end a session never shows another state', async (trial, handle) => {
    const { state } = await trial.end(handle);
    for (let times = 0; times < 3; times++) {
      await trial.pass(trial.capabilities.watchIntervalMs.max);
      const outcome = await outcomeOf(trial.describe(handle));
      if (!outcome.ok && SessionError.is(outcome.error, 'not-found')) continue;
      check(outcome.ok, 'describing an ended session failed with another error than not-found');
      const { value: later } = outcome;
      check(later.final && later.state === state, `it had ended (${state}) and is now ${said(later)}`);
    }
  }),
  observationCase('C-012', 'only terminated and failed sessions are final', (seen) => {
    const mayBeFinal = seen.state === 'terminated' || seen.state === 'failed';
    check(!seen.final || mayBeFinal, `a session is ${said(seen)}`);
  }),
  observationCase(
    'C-013',
    'a session accepts work when it is ready, and never while it is created or ended',
    (seen) => {
      const { state, acceptsWork } = seen;
      const isRight = state === undefined || state === 'busy' || acceptsWork === (state === 'ready');
      check(isRight, `a session that is ${said(seen)} reports acceptsWork: ${acceptsWork}`);
    },
  ),
  readyCaseNeeding(needsFaults('unknown-state'))(
    'C-014',
    'a native state that is in no table gives no state',
    async (trial, handle) => {
      await trial.inject({ kind: 'unknown-state', sessionId: handle.id });
      const listed = await trial.findListed(handle);
      check(listed !== undefined, 'a session in an unknown state is missing from the list');
      for (const seen of [await trial.describe(handle), listed]) {
        const { state, nativeState, final, acceptsWork } = seen;
        check(state === undefined, `the unknown state ${JSON.stringify(nativeState)} is reported as ${state}`);
        const isOpen = nativeState !== '' && !final && !acceptsWork;
        check(isOpen, `an unknown state is ${said(seen)}, acceptsWork: ${acceptsWork}`);
      }
    },
  ),
  observationCase('C-015', 'a busy session has a busy source, and no other session does', (seen) => {
    const isRight = (seen.state === 'busy') === (seen.busySource !== undefined);
    check(isRight, `a session that is ${said(seen)} has the busy source ${seen.busySource}`);
  }),
  caseNeeding(needsFaults('broken-start'))(
    'C-016',
    'a session that could not start is failed, with a reason',
    async (trial) => {
      await trial.inject({ kind: 'broken-start' });
      const { handle } = await trial.start();
      const failed = await trial.until(handle, ({ state }) => state === 'failed', { what: 'failed', rule: 'C-016' });
      check((failed.reason ?? '').trim() !== '', 'a failed session has no reason');
    },
  ),
  readyCaseNeeding(needsFlag('outlivesProcess'))(
    'C-017',
    'a second provider sees the same sessions, even after the first one is closed',
    async (trial, handle) => {
      const mine = await trial.describe(handle);
      await trial.provider.close();
      const second = trial.createProvider();
      const theirs = await trial.settle(second.describe(handle, trial.call()));
      check(theirs.state === mine.state, `the first provider saw ${said(mine)} and the second one ${said(theirs)}`);
      const { observations } = await trial.settle(second.listPage({}, undefined, trial.call()));
      const isListed = observations.some((observation) => observation.handle.id === handle.id);
      check(isListed, 'the second provider does not list it');
      await trial.settle(second.terminate(handle, trial.call()));
      await trial.untilNothingLives('C-032');
    },
  ),
  readyCaseNeeding(needsNoFlag('outlivesProcess'))(
    'C-017',
    'sessions that do not outlive their process end when the provider is closed',
    async (trial) => {
      await trial.settle(trial.provider.close());
      const live = await trial.oracle.live();
      check(live.length === 0, `${live.length} sessions are still held after close`);
    },
  ),
];
