import { describe, expect, it } from 'vitest';
import { SessionError, type SessionErrorDetails } from '../../src/contract/session-error.ts';
import { UnsentCall } from '../../src/provider-kit/unsent-call.ts';
import { AdmissionQueue, admissionQueueOf, type AdmissionOptions } from '../../src/session/admission-queue.ts';
import { RecordingLogger } from '../../src/testing/recording.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { failureOf } from '../failure-of.ts';

/** How a service refuses a start while the quota is used up. */
function refusal(details: Partial<SessionErrorDetails> = {}): SessionError {
  return new SessionError('quota-exceeded', 'one session is the most', { operation: 'start', ...details });
}

/** A queue of a service that has room from a time on, and for so many sessions. */
function setUp({ roomAfterMs = Number.POSITIVE_INFINITY, room = 1 } = {}) {
  const clock = new VirtualClock({ monotonicStartMs: 0 });
  const queue = new AdmissionQueue(clock);
  const logger = new RecordingLogger();
  const calledMs: number[] = [];
  const waitedMs: number[] = [];
  let left = room;
  const start = (): Promise<string> => {
    calledMs.push(clock.monotonicMs());
    if (clock.monotonicMs() < roomAfterMs || left === 0) return Promise.reject(refusal());
    left -= 1;
    return Promise.resolve('started');
  };
  const optionsOf = (changes: Partial<AdmissionOptions> = {}): AdmissionOptions => ({
    untilMs: Number.POSITIVE_INFINITY,
    unsent: new UnsentCall(),
    closing: new AbortController().signal,
    random: { next: () => 0, hex: () => '' },
    logger,
    onWaited: (ms) => waitedMs.push(ms),
    ...changes,
  });
  const admit = (changes: Partial<AdmissionOptions> = {}, work: (attempt: UnsentCall) => Promise<string> = start) =>
    queue.admit(work, optionsOf(changes));
  return { clock, queue, logger, calledMs, waitedMs, admit };
}

describe('AdmissionQueue', () => {
  it('tries again after 1, 2, 4, 8 and 16 s, then every 30 s, and after a success from the beginning', async () => {
    const { clock, calledMs, waitedMs, admit } = setUp({ roomAfterMs: 60_000 });
    const first = admit();
    const second = failureOf(admit({ untilMs: 95_500 }));
    expect(await clock.runUntilSettled(first)).toBe('started');
    await clock.runUntilSettled(second);
    const startedMs = [0, 0, 1_000, 3_000, 7_000, 15_000, 31_000, 61_000];
    expect(calledMs).toEqual([...startedMs, 61_000, 62_000, 64_000, 68_000, 76_000, 92_000, 95_500]);
    expect(waitedMs).toEqual([61_000, 95_500]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('reports no wait of a start that did not wait', async () => {
    const { waitedMs, logger, admit } = setUp({ roomAfterMs: 0 });
    expect(await admit()).toBe('started');
    expect([waitedMs, logger.entries]).toEqual([[], []]);
  });

  it.each([
    ['a quota that no session frees', refusal({ retry: 'permanent' })],
    ['a refusal after which the session may run', refusal({ effect: 'unknown' })],
    ['another refusal', new SessionError('forbidden', 'no', { operation: 'start' })],
    ['a bug', new TypeError('a bug')],
  ])('does not wait for %s', async (_what, failure) => {
    const { clock, admit } = setUp();
    await expect(admit({}, () => Promise.reject(failure))).rejects.toBe(failure);
    expect(clock.pendingTimers).toBe(0);
  });

  it('waits without a limit with one timer, for the next try', async () => {
    const { clock, admit } = setUp({ roomAfterMs: 10_000 });
    const started = admit();
    await clock.advance(500);
    expect(clock.pendingTimers).toBe(1);
    expect(await clock.runUntilSettled(started)).toBe('started');
  });

  it('logs each start once, and reports each new place to it', async () => {
    const { clock, logger, admit } = setUp({ roomAfterMs: 3_000 });
    const places: string[] = [];
    const first = admit();
    const second = admit({
      untilMs: 4_000,
      onQueued: ({ position, length }) => places.push(`${position} of ${length}`),
    });
    const third = failureOf(admit({ untilMs: 4_000 }));
    await clock.runUntilSettled(first);
    await failureOf(clock.runUntilSettled(second));
    await third;
    expect(places).toEqual(['2 of 2', '1 of 2']);
    expect(logger.messages('info')).toHaveLength(3);
    expect(logger.entries[0]?.fields).toMatchObject({ position: 1, length: 1 });
  });

  it('logs what a listener throws', async () => {
    const { clock, logger, admit } = setUp({ roomAfterMs: 1_000 });
    const bug = new Error('broken listener');
    const onQueued = (): never => {
      throw bug;
    };
    await clock.runUntilSettled(admit({ onQueued }));
    const [entry] = logger.entries.filter(({ level }) => level === 'error');
    expect(entry).toEqual({ level: 'error', fields: { error: bug }, message: '`onQueued` threw' });
  });

  it.each(['closed', 'aborted'] as const)('leaves at once where it is %s while the service refuses it', async (how) => {
    const { clock, waitedMs, logger, admit } = setUp();
    const [closing, unsent] = [new AbortController(), new UnsentCall()];
    const started = admit({ closing: closing.signal, unsent }, (attempt) => {
      attempt.watch(() => false);
      if (how === 'closed') closing.abort('no longer needed');
      else expect(unsent.stop('no longer needed')).toBe(true);
      return Promise.reject(refusal());
    });
    expect(await failureOf(started)).toMatchObject({ kind: 'aborted', operation: 'start', cause: 'no longer needed' });
    expect([waitedMs, logger.messages('info'), clock.pendingTimers]).toEqual([[0], [], 0]);
  });

  it.each(['closed', 'aborted'] as const)('that is %s while it waits leaves its place to the next one', async (how) => {
    const { clock, calledMs, admit } = setUp({ roomAfterMs: 5_000 });
    const [closing, unsent] = [new AbortController(), new UnsentCall()];
    const first = failureOf(admit({ closing: closing.signal, unsent }));
    const second = admit();
    await clock.advance(2_000);
    if (how === 'closed') closing.abort('no longer needed');
    else expect(unsent.stop('no longer needed')).toBe(true);
    expect(await first).toMatchObject({ kind: 'aborted', operation: 'start', cause: 'no longer needed' });
    expect(await clock.runUntilSettled(second)).toBe('started');
    expect(calledMs.at(-1)).toBe(7_000);
    expect(clock.pendingTimers).toBe(0);
  });

  it('finishes the try that it has sent when it is closed', async () => {
    const { clock, admit } = setUp();
    const [closing, unsent] = [new AbortController(), new UnsentCall()];
    let tries = 0;
    const started = admit({ closing: closing.signal, unsent }, async () => {
      tries += 1;
      if (tries === 1) throw refusal();
      await new Promise<void>((resolve) => void clock.schedule(5_000, resolve));
      return 'started';
    });
    await clock.advance(2_000);
    closing.abort();
    expect(unsent.stop('too late')).toBe(false);
    expect(await clock.runUntilSettled(started)).toBe('started');
  });

  it('that is closed during a try that is refused is not tried again', async () => {
    const { clock, admit } = setUp();
    const closing = new AbortController();
    let tries = 0;
    const started = admit({ closing: closing.signal }, () => {
      tries += 1;
      if (tries === 2) closing.abort('closed');
      return Promise.reject(refusal());
    });
    const error = failureOf(started);
    await clock.advance(60_000);
    expect(await error).toMatchObject({ kind: 'aborted', operation: 'start', cause: 'closed' });
    expect([tries, clock.pendingTimers]).toEqual([2, 0]);
  });

  it('recalls a start that has sent nothing when another one is refused, and tries it first', async () => {
    const { clock, calledMs, admit } = setUp({ roomAfterMs: 500 });
    const triedMs: number[] = [];
    const recalled = admit({}, (attempt) => {
      triedMs.push(clock.monotonicMs());
      if (triedMs.length > 1) return Promise.resolve('started');
      attempt.watch(() => false);
      return new Promise((_resolve, reject) => {
        attempt.signal.addEventListener('abort', () => reject(attempt.signal.reason as Error));
      });
    });
    const refused = admit();
    expect(await clock.runUntilSettled(Promise.all([recalled, refused]))).toEqual(['started', 'started']);
    expect([triedMs, calledMs]).toEqual([
      [0, 1_000],
      [0, 1_000],
    ]);
  });

  it('is one for all sessions of a scope', () => {
    const clock = new VirtualClock();
    const queue = admissionQueueOf(clock, { id: 'athena', scope: 'a' });
    expect(admissionQueueOf(clock, { id: 'athena', scope: 'a' })).toBe(queue);
    expect(admissionQueueOf(clock, { id: 'athena', scope: 'b' })).not.toBe(queue);
    expect(admissionQueueOf(clock, { id: 'glue', scope: 'a' })).not.toBe(queue);
    expect(admissionQueueOf(new VirtualClock(), { id: 'athena', scope: 'a' })).not.toBe(queue);
  });
});
