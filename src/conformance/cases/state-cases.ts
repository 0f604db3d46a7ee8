import { isLegalMove, type StatePoint } from '../../contract/session-state.ts';
import { SessionError } from '../../contract/session-error.ts';
import { check, defineCase, needsFaults, needsFlag, needsNoFlag, type ConformanceCase } from '../conformance-case.ts';
import { outcomeOf, said } from '../outcome.ts';
import { keepBusy, wholeLife } from './session-life.ts';

/** C-010 … C-017: what a session shows. */
export const STATE_CASES: readonly ConformanceCase[] = [
  defineCase({
    rule: 'C-010',
    title: 'a session goes from its start through ready to its end by legal moves',
    run: async (trial) => {
      const handle = await trial.startReady();
      const release = await keepBusy(trial, handle);
      await trial.describe(handle);
      await release?.();
      await trial.describe(handle);
      await trial.terminate(handle);
      await trial.untilFinal(handle);
      let from: StatePoint | undefined;
      for (const observation of trial.observations) {
        const { state, final } = observation;
        if (state === undefined) continue;
        const to = { state, final };
        const isMove = from !== undefined && (from.state !== state || from.final !== final);
        check(
          !isMove || isLegalMove(from as StatePoint, to),
          `after ${from?.state} the session was ${said(observation)}`,
        );
        from = to;
      }
    },
  }),
  defineCase({
    rule: 'C-011',
    title: 'after its end a session never shows another state',
    run: async (trial) => {
      const request = trial.request();
      const { handle } = trial.seen(await trial.settle(trial.provider.start(request, trial.call())));
      await trial.untilReady(handle);
      await trial.terminate(handle);
      const { state } = await trial.untilFinal(handle);
      for (let look = 0; look < 3; look++) {
        await trial.pass(trial.capabilities.watchIntervalMs.max);
        const outcome = await outcomeOf(trial.describe(handle));
        if (!outcome.ok && SessionError.is(outcome.error, 'not-found')) continue;
        check(outcome.ok, `describing an ended session failed with something else than not-found`);
        const { value: later } = outcome;
        check(later.final && later.state === state, `it had ended (${state}) and is now ${said(later)}`);
      }
    },
  }),
  defineCase({
    rule: 'C-012',
    title: 'only terminated and failed sessions are final',
    run: async (trial) => {
      for (const observation of await wholeLife(trial)) {
        const mayBeFinal = observation.state === 'terminated' || observation.state === 'failed';
        check(!observation.final || mayBeFinal, `a session is ${said(observation)}`);
      }
    },
  }),
  defineCase({
    rule: 'C-013',
    title: 'a session takes work when it is ready, and never while it is created or ended',
    run: async (trial) => {
      for (const observation of await wholeLife(trial)) {
        const { state, acceptsWork } = observation;
        if (state === undefined || state === 'busy') continue;
        check(
          acceptsWork === (state === 'ready'),
          `a session that is ${said(observation)} says acceptsWork: ${acceptsWork}`,
        );
      }
    },
  }),
  defineCase({
    rule: 'C-014',
    title: 'a native state that no table knows is no news',
    lacks: needsFaults('unknown-state'),
    run: async (trial) => {
      const handle = await trial.startReady();
      await trial.inject({ kind: 'unknown-state', sessionId: handle.id });
      const listed = (await trial.listAll()).find((observation) => observation.handle.id === handle.id);
      check(listed !== undefined, 'a session in an unknown state is missing from the list');
      for (const observation of [await trial.describe(handle), listed]) {
        const { state, nativeState, final, acceptsWork } = observation;
        check(state === undefined, `the unknown state ${JSON.stringify(nativeState)} was taken for ${state}`);
        check(
          nativeState !== '' && !final && !acceptsWork,
          `an unknown state is ${said(observation)}, acceptsWork: ${acceptsWork}`,
        );
      }
    },
  }),
  defineCase({
    rule: 'C-015',
    title: 'a busy session says who says so, and no other session does',
    run: async (trial) => {
      for (const observation of await wholeLife(trial)) {
        const { state, busySource } = observation;
        check(
          (state === 'busy') === (busySource !== undefined),
          `a session that is ${said(observation)} has the busy source ${busySource}`,
        );
      }
    },
  }),
  defineCase({
    rule: 'C-016',
    title: 'a session that could not start is failed and says why',
    lacks: needsFaults('broken-start'),
    run: async (trial) => {
      await trial.inject({ kind: 'broken-start' });
      const { handle } = await trial.start();
      const failed = await trial.until(handle, ({ state }) => state === 'failed', { what: 'failed', rule: 'C-016' });
      check((failed.reason ?? '').trim() !== '', 'a failed session gives no reason');
    },
  }),
  defineCase({
    rule: 'C-017',
    title: 'a second provider sees the same sessions, also when the first one is closed',
    lacks: needsFlag('outlivesProcess'),
    run: async (trial) => {
      const handle = await trial.startReady();
      const mine = await trial.describe(handle);
      await trial.provider.close();
      const second = trial.createProvider();
      const theirs = await trial.settle(second.describe(handle, trial.call()));
      check(theirs.state === mine.state, `the first provider saw ${said(mine)} and the second one ${said(theirs)}`);
      const page = await trial.settle(second.listPage({}, undefined, trial.call()));
      check(
        page.observations.some((observation) => observation.handle.id === handle.id),
        'the second provider does not list it',
      );
      await trial.settle(second.terminate(handle, trial.call()));
      await trial.untilNothingLives('C-032');
    },
  }),
  defineCase({
    rule: 'C-017',
    title: 'sessions that do not outlive their process end when the provider is closed',
    lacks: needsNoFlag('outlivesProcess'),
    run: async (trial) => {
      await trial.startReady();
      await trial.settle(trial.provider.close());
      const live = await trial.oracle.live();
      check(live.length === 0, `${live.length} sessions are still held after close`);
    },
  }),
];
