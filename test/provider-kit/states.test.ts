import { describe, expect, it } from 'vitest';
import type { SessionDetails } from '../../src/contract/observation.ts';
import { notFoundObservation, notReadyError, toObservation } from '../../src/provider-kit/observation.ts';
import { omitUndefined } from '../../src/provider-kit/omit-undefined.ts';
import { defineStates } from '../../src/provider-kit/states.ts';

const STATES = defineStates<'UNKNOWN' | 'NEW' | 'IDLE' | 'BUSY' | 'ENDED' | 'BROKEN'>({
  UNKNOWN: undefined,
  NEW: { state: 'creating', final: false },
  IDLE: { state: 'ready', final: false },
  BUSY: { state: 'busy', final: false, acceptsWork: true },
  ENDED: { state: 'terminated', final: true },
  BROKEN: { state: 'failed', final: true },
});
const HANDLE = { v: 1, provider: 'acme', scope: 'north', id: 's-1' } as const;
const CONTEXT = { handle: HANDLE, observedAtMs: 7 };

describe('a state table', () => {
  it('gives the facts of known states only', () => {
    expect(STATES.facts('IDLE')).toEqual({ state: 'ready', final: false, acceptsWork: true });
    expect(STATES.facts('BUSY')).toEqual({ state: 'busy', final: false, acceptsWork: true });
    expect(STATES.facts('NEW')).toEqual({ state: 'creating', final: false, acceptsWork: false });
    for (const native of ['UNKNOWN', 'toString', '']) expect(STATES.facts(native)).toBeUndefined();
  });

  it('finds the live native states of normalized ones', () => {
    expect(STATES.live(['creating', 'busy', 'terminated', 'failed'])).toEqual(['NEW', 'BUSY']);
  });

  it('does not compile when a state is missing', () => {
    // @ts-expect-error BUSY has no row
    expect(defineStates<'IDLE' | 'BUSY'>({ IDLE: { state: 'ready', final: false } }).names).toEqual(['IDLE']);
  });
});

describe('an observation', () => {
  it.each([
    ['IDLE', { state: 'ready', acceptsWork: true, final: false }],
    ['BUSY', { state: 'busy', acceptsWork: true, final: false, busySource: 'service' }],
    ['BROKEN', { state: 'failed', acceptsWork: false, final: true, reason: 'Acme gave no reason' }],
    ['HIBERNATED', { state: undefined, acceptsWork: false, final: false }],
  ] as const)('of %s', (nativeState, expected) => {
    const seen = toObservation({ service: 'Acme', nativeState, facts: STATES.facts(nativeState) }, CONTEXT);
    expect(seen).toEqual({ ...CONTEXT, nativeState, ...expected, details: {} });
  });

  it('of an unknown session is final', () => {
    const reason = 'Acme does not know this session';
    expect(notFoundObservation('Acme', CONTEXT)).toMatchObject({ state: 'terminated', final: true, reason });
  });

  it('has no members that are undefined', () => {
    expect(omitUndefined<SessionDetails>({ name: undefined, createdAtMs: 0 })).toStrictEqual({ createdAtMs: 0 });
  });
});

it('an endpoint that does not exist yet is a conflict', () => {
  expect(notReadyError(HANDLE, 'is NEW')).toMatchObject({ kind: 'conflict', operation: 'endpoint', handle: HANDLE });
});
