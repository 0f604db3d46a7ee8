import { describe, expect, it } from 'vitest';
import type { CallContext } from '../../src/contract/call-context.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import { RecordingLogger } from '../../src/testing/recording.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { Completer } from '../../src/watch/completer.ts';
import { Describer } from '../../src/watch/describer.ts';
import { Watch, Watched } from '../../src/watch/watched.ts';

const unavailable = new SessionError('unavailable', 'no answer', { operation: 'describe' });
const forbidden = new SessionError('forbidden', 'no', { operation: 'describe' });

/** Sessions that somebody waits for. */
function setUp() {
  const clock = new VirtualClock({ monotonicStartMs: 0 });
  const ports = {
    clock,
    random: { next: () => 0, hex: () => '' },
    interval: { watchIntervalMs: { min: 1_000, max: 8_000 } },
  };
  const failed: unknown[] = [];
  const watched = (id = 'ss-1') => {
    const one = new Watched<string>({ v: 1, provider: 'scripted', scope: 'here', id }, ports);
    const watch = new Watch<string>({ onFailedPoll: (error) => failed.push(error) });
    one.add(watch);
    return { one, watch };
  };
  return { clock, failed, watched };
}

/** Answers that a test gives when it likes. */
class Answers {
  readonly calls: {
    readonly call: CallContext;
    readonly answer: (seen: string) => void;
    readonly fail: (error: unknown) => void;
  }[] = [];

  readonly ask = (call: CallContext): Promise<string> =>
    new Promise((answer, fail) => void this.calls.push({ call, answer, fail }));
}

describe('Describer', () => {
  function describing() {
    const scene = setUp();
    const answers = new Answers();
    const logger = new RecordingLogger();
    const provider = { describe: (_handle: unknown, call: CallContext) => answers.ask(call) };
    return { ...scene, ...answers, logger, describer: new Describer<string>({ provider, clock: scene.clock, logger }) };
  }

  it('shows the answer, and plans the next poll from the end of the call', async () => {
    const { clock, calls, watched, describer } = describing();
    const { one, watch } = watched();
    const described = describer.describe(one);
    expect(one.call?.signal).toBe(calls[0]?.call.signal);
    expect(calls[0]?.call).toMatchObject({ deadline: Number.POSITIVE_INFINITY, attempt: 1 });
    await clock.advance(300);
    calls[0]?.answer('ready');
    expect(await described).toBe(false);
    expect([await watch.next(), one.call, one.dueMs]).toEqual(['ready', undefined, 1_300]);
  });

  it('makes twenty calls at most, and tells when one ends that others may have waited for', async () => {
    const { calls, watched, describer } = describing();
    expect([describer.most, describer.free]).toEqual([20, 20]);
    const described = Array.from({ length: 20 }, () => describer.describe(watched().one));
    expect(describer.free).toBe(0);
    for (const { answer } of calls) answer('ready');
    expect(await Promise.all(described)).toEqual([true, ...Array.from({ length: 19 }, () => false)]);
    expect(describer.free).toBe(20);
  });

  it('reports a call that fails for a while, and goes on', async () => {
    const { calls, failed, watched, logger, describer } = describing();
    const { one, watch } = watched();
    const described = describer.describe(one);
    calls[0]?.fail(unavailable);
    await described;
    expect([failed, one.dueMs]).toEqual([[unavailable], 1_000]);
    expect(logger.entries).toEqual([
      { level: 'warn', fields: { session: 'ss-1', kind: 'unavailable' }, message: 'poll failed; polling again later' },
    ]);
    one.show('ready');
    expect(await watch.next()).toBe('ready');
  });

  it.each([
    ['fails for good', forbidden, false],
    ['has a bug', new TypeError('a bug'), false],
    ['is aborted', unavailable, true],
  ])('ends the wait when the call %s', async (_what, error, isAborted) => {
    const { calls, failed, watched, logger, describer } = describing();
    const { one, watch } = watched();
    const described = describer.describe(one);
    if (isAborted) one.call?.abort();
    calls[0]?.fail(error);
    await described;
    await expect(watch.next()).rejects.toBe(error);
    expect([failed, logger.entries, describer.free]).toEqual([[], [], 20]);
  });
});

describe('Completer', () => {
  function completing() {
    const scene = setUp();
    const answers = new Answers();
    const complete = (seen: string) => (seen === 'listed' ? answers.ask : undefined);
    return { ...scene, ...answers, completer: new Completer<string>(scene.clock, complete) };
  }

  it('asks at once, and shows what it is told', async () => {
    const { clock, calls, watched, completer } = completing();
    const { one, watch } = watched();
    completer.complete(one, 'listed');
    completer.complete(one, 'listed');
    expect(calls).toHaveLength(1);
    expect(one.completion?.signal).toBe(calls[0]?.call.signal);
    await clock.advance(12_000);
    calls[0]?.answer('ready');
    expect(await watch.next()).toBe('ready');
    // Three seconds are the longest pause of a wait of twelve.
    expect([one.completion, one.completionDueMs]).toEqual([undefined, 15_000]);
  });

  it('asks for nothing where the list says all, or nobody completes', () => {
    const { calls, watched, completer, clock } = completing();
    completer.complete(watched().one, 'ready');
    new Completer<string>(clock, undefined).complete(watched().one, 'listed');
    expect(calls).toEqual([]);
  });

  it('asks again after the longest pause, no earlier', async () => {
    const { clock, calls, watched, completer } = completing();
    const { one } = watched();
    completer.complete(one, 'listed');
    calls[0]?.fail(unavailable);
    await clock.advance(1_999);
    completer.complete(one, 'listed');
    expect([calls.length, one.isDescribed]).toEqual([1, false]);
    await clock.advance(1);
    completer.complete(one, 'listed');
    expect(calls).toHaveLength(2);
  });

  it.each(['forbidden', 'unauthenticated', 'unsupported', 'unexpected'] as const)(
    'leaves a session to be described after %s',
    async (kind) => {
      const { clock, calls, watched, completer } = completing();
      const { one } = watched();
      completer.complete(one, 'listed');
      calls[0]?.fail(new SessionError(kind, 'no', { operation: 'endpoint' }));
      await clock.advance(0);
      expect(one.isDescribed).toBe(true);
    },
  );

  it('asks about four at once; those that are dropped, or are complete by then, are not asked about', async () => {
    const { clock, calls, watched, completer } = completing();
    const all = Array.from({ length: 8 }, (_, at) => watched(`ss-${at}`).one);
    for (const one of all) completer.complete(one, 'listed');
    expect(calls).toHaveLength(4);
    const [first, , , , fifth, sixth] = all;
    if (first !== undefined) completer.drop(first);
    if (fifth !== undefined) completer.drop(fifth);
    if (sixth !== undefined) completer.complete(sixth, 'ready');
    expect(calls.map(({ call }) => call.signal.aborted)).toEqual([true, false, false, false]);
    for (const { answer } of calls.slice(0, 3)) answer('ready');
    await clock.advance(0);
    expect(calls).toHaveLength(6);
  });
});
