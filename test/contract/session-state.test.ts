import { describe, expect, it } from 'vitest';
import { isLegalMove, isSessionState, SESSION_STATES, type StatePoint } from '../../src/contract/session-state.ts';

/**
 * Every point against every point. A trailing `.` is final; `x` is a legal move, `-` is none.
 * Written out by hand, so that a changed rule shows here as a changed cell.
 */
const TABLE = `
               creating  creating.  ready  ready.  busy  busy.  terminated  terminated.  failed  failed.
  creating     -         -          x      -       x     -      x           x            x       x
  creating.    -         -          -      -       -     -      -           -            -       -
  ready        -         -          -      -       x     -      x           x            x       x
  ready.       -         -          -      -       -     -      -           -            -       -
  busy         -         -          x      -       -     -      x           x            x       x
  busy.        -         -          -      -       -     -      -           -            -       -
  terminated   -         -          -      -       -     -      -           x            -       x
  terminated.  -         -          -      -       -     -      -           -            -       -
  failed       -         -          -      -       -     -      x           x            -       x
  failed.      -         -          -      -       -     -      -           -            -       -
`;

const [header = [], ...rows] = TABLE.trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/));

function toPoint(word: string): StatePoint {
  const state = word.replace('.', '');
  if (!isSessionState(state)) throw new Error(`the table names no state '${state}'`);
  return { state, final: word.endsWith('.') };
}

const cells = rows.flatMap(([from = '', ...marks]) =>
  marks.map((mark, at) => ({ from, to: header[at] ?? '', legal: mark === 'x' })),
);

describe('the table of legal moves', () => {
  it('has a cell for every pair of points', () => {
    expect(header).toEqual(SESSION_STATES.flatMap((state) => [state, `${state}.`]));
    expect(rows.map(([from]) => from)).toEqual(header);
    expect(cells).toHaveLength(100);
  });

  it.each(cells)('C-010 $from → $to: $legal', ({ from, to, legal }) => {
    expect(isLegalMove(toPoint(from), toPoint(to))).toBe(legal);
  });

  it('C-011 lets nothing follow a final point', () => {
    expect(cells.filter(({ from, legal }) => from.endsWith('.') && legal)).toEqual([]);
  });

  it('C-012 lets only terminated and failed be final', () => {
    const finals = cells.filter(({ to, legal }) => to.endsWith('.') && legal).map(({ to }) => to);
    expect([...new Set(finals)].sort()).toEqual(['failed.', 'terminated.']);
  });
});

describe('isSessionState', () => {
  it('knows the five names and nothing else', () => {
    expect(SESSION_STATES).toEqual(['creating', 'ready', 'busy', 'terminated', 'failed']);
    expect(SESSION_STATES.every(isSessionState)).toBe(true);
    const others = ['', 'READY', 'Ready ', 'toString', 'length', 0, null, undefined, ['ready']];
    expect(others.filter(isSessionState)).toEqual([]);
  });
});
