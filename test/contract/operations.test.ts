import { describe, expect, it } from 'vitest';
import type { CallContext } from '../../src/contract/call-context.ts';
import {
  OPERATIONS,
  possibleEffect,
  type Operation,
  type OperationFacts,
  type Verb,
} from '../../src/contract/operations.ts';
import type { SessionProvider } from '../../src/contract/session-provider.ts';

interface Restartable extends SessionProvider {
  restart?(id: string, call: CallContext): Promise<void>;
  summary(): string;
}

describe('the operations table', () => {
  it('does not compile without a row for each verb', () => {
    const { describeRun, ...others } = OPERATIONS;
    // @ts-expect-error describeRun has no row
    const incomplete: Record<Operation, OperationFacts> = others;
    // @ts-expect-error a new verb of an interface has no row
    const outdated: Record<Verb<Restartable>, OperationFacts> = OPERATIONS;
    // Only what takes a call reaches the service.
    const verb: Exclude<Verb<Restartable>, Verb<SessionProvider>> = 'restart';
    expect([describeRun.budget, incomplete, outdated, verb]).toEqual(['reads', others, OPERATIONS, 'restart']);
  });

  it('takes whatever changes something from the budget of writes, and retries what has a time limit', () => {
    for (const [operation, { budget, changes, retried, timeoutMs }] of Object.entries(OPERATIONS)) {
      if (changes) expect(budget, operation).not.toBe('reads');
      expect(retried, operation).toBe(timeoutMs !== false);
    }
  });

  it.each([
    ['start', 'unknown'],
    ['cancel', 'unknown'],
    ['describeRun', 'none'],
    ['whenReady', 'none'],
    ['toString', 'none'],
  ] as const)('knows what %s may have done: %s', (operation, effect) => {
    expect(possibleEffect(operation)).toBe(effect);
  });
});
