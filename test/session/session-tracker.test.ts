import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Observation } from '../../src/contract/observation.ts';
import { isLegalMove, SESSION_STATES, type SessionState } from '../../src/contract/session-state.ts';
import { SessionTracker, type StateChange } from '../../src/session/session-tracker.ts';
import { RecordingLogger } from '../../src/testing/recording.ts';

const HANDLE = { v: 1, provider: 'scripted', scope: 'here', id: 'ss-1' } as const;

function seen(state: SessionState | undefined, changes: Partial<Observation> = {}): Observation {
  return {
    handle: HANDLE,
    nativeState: state?.toUpperCase() ?? 'REBALANCING',
    state,
    acceptsWork: state === 'ready',
    final: false,
    observedAtMs: 1_000,
    ...(state === 'busy' && { busySource: 'service' as const }),
    details: {},
    ...changes,
  };
}

function track(first: Observation, reportsBusy = true) {
  const logger = new RecordingLogger();
  const changes: StateChange[] = [];
  const tracker = new SessionTracker(first, { reportsBusy, logger, onChange: (change) => void changes.push(change) });
  const moves = (): readonly string[] =>
    changes.map(({ from, to, status }) => `${from} → ${to}${status.final ? '.' : ''}`);
  return { tracker, logger, changes, moves };
}

describe('SessionTracker', () => {
  it('C-114 tells one event a move, with the evidence', () => {
    const { tracker, changes, moves } = track(seen('creating'));
    tracker.observe(seen('creating', { observedAtMs: 1_001 }));
    tracker.observe(seen('ready', { observedAtMs: 1_002, reason: 'warm' }));
    tracker.observe(seen('ready', { observedAtMs: 1_003 }));
    tracker.observe(seen('busy', { observedAtMs: 1_004 }));
    tracker.observe(seen('terminated', { observedAtMs: 1_005 }));
    tracker.observe(seen('terminated', { observedAtMs: 1_006, final: true }));
    expect(moves()).toEqual(['creating → ready', 'ready → busy', 'busy → terminated', 'terminated → terminated.']);
    expect(changes[0]?.status).toMatchObject({ state: 'ready', reason: 'warm', observedAtMs: 1_002 });
  });

  it('keeps the newest evidence of a state that stays', () => {
    const { tracker, changes } = track(seen('ready', { details: { idleSinceMs: 1 } }));
    tracker.observe(seen('ready', { observedAtMs: 1_000, details: { idleSinceMs: 2 } }));
    tracker.observe(seen('ready', { observedAtMs: 999, details: { idleSinceMs: 3 } }));
    expect([tracker.status.details.idleSinceMs, changes]).toEqual([2, []]);
  });

  it('C-011 believes no life after death, and says so once', () => {
    const { tracker, logger, changes } = track(seen('terminated', { final: true }));
    for (let time = 1; time < 4; time++) tracker.observe(seen('ready', { observedAtMs: 1_000 + time }));
    tracker.observe(seen('failed', { observedAtMs: 1_009, final: true }));
    expect([tracker.status.state, tracker.status.final, changes]).toEqual(['terminated', true, []]);
    expect(logger.entries).toEqual([
      {
        level: 'warn',
        fields: { session: 'ss-1', nativeState: 'READY' },
        message: 'ignored an observation: a session cannot change from terminated (final) to ready',
      },
      {
        level: 'warn',
        fields: { session: 'ss-1', nativeState: 'FAILED' },
        message: 'ignored an observation: a session cannot change from terminated (final) to failed (final)',
      },
    ]);
  });

  it('C-014 a word that no table knows keeps the state and is logged once', () => {
    const { tracker, logger, changes } = track(seen('busy'));
    tracker.observe(seen(undefined, { observedAtMs: 1_001 }));
    tracker.observe(seen(undefined, { observedAtMs: 1_002 }));
    tracker.observe(seen(undefined, { observedAtMs: 1_003, nativeState: 'MOVING' }));
    expect([tracker.status.state, tracker.status.nativeState, changes]).toEqual(['busy', 'BUSY', []]);
    expect(logger.messages('warn')).toEqual([
      'ignored an observation: unknown native state',
      'ignored an observation: unknown native state',
    ]);
    expect(logger.entries.map(({ fields }) => fields)).toEqual([
      { session: 'ss-1', nativeState: 'REBALANCING' },
      { session: 'ss-1', nativeState: 'MOVING' },
    ]);
  });

  it('C-014 takes a session that begins with such a word for one that is being created', () => {
    const { tracker, logger, moves } = track(seen(undefined));
    expect([tracker.status.state, tracker.status.nativeState]).toEqual(['creating', 'REBALANCING']);
    tracker.observe(seen('ready', { observedAtMs: 1_001 }));
    expect([moves(), logger.entries.length]).toEqual([['creating → ready'], 1]);
    expect(track(seen('creating')).logger.entries).toEqual([]);
  });

  it('C-114 ignores what is older and may have been undone since, without a word', () => {
    const { tracker, logger, changes } = track(seen('ready'));
    tracker.observe(seen('busy', { observedAtMs: 999 }));
    tracker.observe(seen('creating', { observedAtMs: 998 }));
    expect([tracker.status.state, changes, logger.entries]).toEqual(['ready', [], []]);
    tracker.observe(seen('busy', { observedAtMs: 1_000 }));
    tracker.observe(seen('ready', { observedAtMs: 999 }));
    expect(tracker.status.state).toBe('busy');
  });

  it.each([
    ['creating', 'ready'],
    ['creating', 'busy'],
    ['ready', 'terminated'],
    ['busy', 'failed'],
    ['failed', 'terminated'],
  ] as const)('C-114 believes an older %s → %s: nothing undoes it', (from, to) => {
    const { tracker, moves } = track(seen(from));
    tracker.observe(seen(to, { observedAtMs: 1 }));
    expect(moves()).toEqual([`${from} → ${to}`]);
    tracker.observe(seen('terminated', { observedAtMs: 0, final: true }));
    expect(tracker.status.final).toBe(true);
  });

  it('a session that its service no longer knows has ended, with nothing left of its last state', () => {
    const { tracker, changes } = track(seen('busy', { sinceMs: 5, details: { name: 'nightly' } }));
    tracker.observeGone(1_500);
    tracker.observeGone(1_600);
    expect(changes).toHaveLength(1);
    expect(tracker.status).toEqual({
      handle: HANDLE,
      nativeState: 'GONE',
      state: 'terminated',
      acceptsWork: false,
      final: true,
      observedAtMs: 1_500,
      reason: 'the service no longer knows this session',
      details: { name: 'nightly' },
    });
  });

  it('a degraded session that is gone has failed for good, whatever the wall clock says', () => {
    const { tracker, moves } = track(seen('failed'));
    tracker.observeGone(3);
    expect([moves(), tracker.status.observedAtMs]).toEqual([['failed → failed.'], 1_000]);
  });

  describe('work in flight here', () => {
    it('counts as busy where the service cannot tell', () => {
      const { tracker, moves } = track(seen('ready'), false);
      const [first, second] = [tracker.beginWork(), tracker.beginWork()];
      expect(tracker.status).toMatchObject({ state: 'busy', busySource: 'local', acceptsWork: true });
      first();
      first();
      expect(tracker.status.state).toBe('busy');
      second();
      expect(tracker.status).toEqual(seen('ready'));
      expect(moves()).toEqual(['ready → busy', 'busy → ready']);
    });

    it('is the service’s to tell where it can', () => {
      const { tracker, moves } = track(seen('ready'), true);
      tracker.beginWork();
      expect([tracker.status.state, moves()]).toEqual(['ready', []]);
    });

    it('does not make a session busy that is not ready, and ends with it', () => {
      const { tracker, moves } = track(seen('creating'), false);
      const done = tracker.beginWork();
      expect(tracker.status.state).toBe('creating');
      tracker.observe(seen('ready', { observedAtMs: 1_001 }));
      tracker.observe(seen('failed', { observedAtMs: 1_002, final: true }));
      done();
      expect(moves()).toEqual(['creating → busy', 'busy → failed.']);
    });
  });

  it('C-010 C-011 C-014 C-114 keeps the table of legal moves, whatever comes in whatever order', () => {
    const state = fc.constantFrom(...SESSION_STATES, undefined);
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ state, final: fc.boolean(), observedAtMs: fc.integer({ min: 1, max: 30 }) }),
      },
      { weight: 1, arbitrary: fc.constantFrom('begin' as const, 'end' as const, 'gone' as const) },
    );
    const firsts = fc.record({ state, final: fc.constant(false), observedAtMs: fc.integer({ min: 1, max: 30 }) });
    fc.assert(
      fc.property(firsts, fc.array(step, { maxLength: 30 }), fc.boolean(), (first, steps, reportsBusy) => {
        const { tracker, changes, logger } = track(seen(first.state, first), reportsBusy);
        const works: (() => void)[] = [];
        const words = new Set(first.state === undefined ? ['REBALANCING'] : []);
        for (const next of steps) {
          const before = tracker.status;
          const told = changes.length;
          if (next === 'begin') works.push(tracker.beginWork());
          else if (next === 'end') works.pop()?.();
          else if (next === 'gone') tracker.observeGone(next.length);
          else {
            tracker.observe(seen(next.state, next));
            if (next.state === undefined) words.add('REBALANCING');
          }
          const after = tracker.status;
          const moved = before.state !== after.state || before.final !== after.final;
          // Not by `expect`, which takes its time: this is asked some ten thousand times.
          assert.deepEqual(changes.slice(told), moved ? [{ from: before.state, to: after.state, status: after }] : []);
          assert.ok(!moved || isLegalMove(before, after), 'a legal move');
          assert.ok(!before.final || !moved, 'nothing after the end');
          assert.equal(after.busySource !== undefined, after.state === 'busy');
          assert.ok(!after.final || after.state === 'terminated' || after.state === 'failed', 'what can be final');
          const isOlder = typeof next === 'object' && next.observedAtMs < before.observedAtMs;
          assert.ok(!isOlder || !moved || !isLegalMove(after, before), 'nothing older that can be undone');
        }
        const unknown = logger.messages('warn').filter((message) => message.includes('unknown native state'));
        expect(unknown).toHaveLength(words.size);
        expect(new Set(logger.entries.map((entry) => JSON.stringify(entry))).size).toBe(logger.entries.length);
      }),
      { numRuns: 1_000 },
    );
  }, 60_000);
});
