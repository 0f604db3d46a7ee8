import { describe, expect, it } from 'vitest';
import {
  BATCH_STATES,
  isBatchState,
  isFinalBatchState,
  isLegalBatchMove,
  toSessionState,
} from '../../src/contract/batch-state.ts';
import { isSessionState } from '../../src/contract/session-state.ts';

const FINAL = ['finished', 'cancelled', 'failed'];

describe('the states of a batch', () => {
  it.each(BATCH_STATES)('B-010 %s: what is final moves no more, and nothing moves back', (from) => {
    expect(isFinalBatchState(from)).toBe(FINAL.includes(from));
    const next = BATCH_STATES.filter((to) => isLegalBatchMove(from, to));
    if (isFinalBatchState(from)) expect(next).toEqual([]);
    else expect(next).toEqual(expect.arrayContaining(FINAL));
    expect(next).not.toContain(from);
    expect(next).not.toContain('creating');
  });

  it('a cancel that came too late ends like any batch, and stopping does not run again', () => {
    expect(isLegalBatchMove('stopping', 'finished')).toBe(true);
    expect(isLegalBatchMove('stopping', 'running')).toBe(false);
  });

  it('has a name among the five of sessions, and is never ready', () => {
    const names = BATCH_STATES.map(toSessionState);
    expect(names).toEqual(['creating', 'busy', 'busy', 'terminated', 'terminated', 'failed']);
    expect(names.every(isSessionState)).toBe(true);
  });

  it('knows its own words', () => {
    expect([...BATCH_STATES, 'ready', undefined, 1].map(isBatchState)).toEqual([
      ...BATCH_STATES.map(() => true),
      false,
      false,
      false,
    ]);
  });
});
