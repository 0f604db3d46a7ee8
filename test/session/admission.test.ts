import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { SessionError } from '../../src/contract/session-error.ts';
import type { QueuePlace } from '../../src/session/queue-place.ts';
import type { Session } from '../../src/session/session.ts';
import type { StartOptions } from '../../src/session/start-options.ts';
import { Scene, type SceneProcess } from './scene.ts';

const MINUTE_MS = 60_000;

/** A scope with room for one session, which is used up. */
async function fullScene(): Promise<{ scene: Scene; process: SceneProcess; first: Session }> {
  const scene = new Scene({ capabilities: { maxLiveSessions: 1 } });
  const process = scene.process();
  const first = await scene.settled(process.sessions.start({ name: 'first' }));
  return { scene, process, first };
}

/** Starts that wait, and what became of them in the order in which it happened. */
class Starts {
  readonly outcomes: string[] = [];
  readonly sessions = new Map<string, Session>();
  readonly places: Record<string, number[]> = {};
  readonly errors = new Map<string, SessionError>();

  add(process: SceneProcess, name: string, options: StartOptions = {}): Promise<void> {
    const onQueued = ({ position }: QueuePlace): void => void (this.places[name] ??= []).push(position);
    const started = process.sessions.start({ name, queueTimeoutMs: 10 * MINUTE_MS, onQueued, ...options });
    return started.then(
      (session) => {
        this.outcomes.push(name);
        this.sessions.set(name, session);
      },
      (error: unknown) => {
        if (!SessionError.is(error)) throw error;
        this.outcomes.push(`${name}: ${error.kind}`);
        this.errors.set(name, error);
      },
    );
  }
}

describe('the queue for a free quota', () => {
  it('by default a start fails at once, with one call', async () => {
    const { scene, process } = await fullScene();
    await expect(scene.settled(process.sessions.start())).rejects.toMatchObject({ kind: 'quota-exceeded' });
    expect(scene.service.oracle.callCount('start')).toBe(2);
    expect(scene.clock.pendingTimers).toBe(0);
  });

  it('starts go first in, first out, as sessions end', async () => {
    const { scene, process, first } = await fullScene();
    const starts = new Starts();
    const names = ['a', 'b', 'c', 'd'];
    for (const name of names) void starts.add(process, name);
    await scene.clock.advance(1_000);
    expect(starts.places).toEqual({ a: [1], b: [2], c: [3], d: [4] });
    let last = first;
    for (const name of names) {
      await scene.settled(last.close());
      await scene.clock.advance(10_000);
      expect(starts.outcomes.at(-1)).toBe(name);
      last = starts.sessions.get(name) as Session;
    }
    expect(starts.outcomes).toEqual(names);
    expect(starts.places['d']).toEqual([4, 3, 2, 1]);
    expect(scene.clock.pendingTimers).toBe(0);
  });

  it('starts of several Sessions of the process wait in one queue; another process has its own', async () => {
    const { scene, process, first } = await fullScene();
    const second = scene.process();
    const starts = new Starts();
    void starts.add(process, 'a');
    void starts.add(second, 'b');
    await scene.clock.advance(1_000);
    expect(starts.places).toEqual({ a: [1], b: [2] });
    await scene.settled(first.close());
    await scene.clock.advance(10_000);
    expect(starts.outcomes).toEqual(['a']);
  });

  it('only the first one calls, at pauses that grow from 1 s to 30 s', async () => {
    const { scene, process } = await fullScene();
    const starts = new Starts();
    for (const name of ['a', 'b', 'c']) void starts.add(process, name);
    const beginMs = scene.service.nowMs();
    await scene.clock.advance(2 * MINUTE_MS);
    const seconds = scene.service.oracle.calls
      .filter(({ operation }) => operation === 'start')
      .slice(4)
      .map(({ atMs }) => Math.round((atMs - beginMs) / 1000));
    // Three calls before there was a queue; then the first one alone.
    expect(scene.service.oracle.callCount('start')).toBeLessThanOrEqual(4 + 8);
    const pauses = seconds.map((second, index) => second - (seconds[index - 1] ?? 0));
    for (const [index, pauseMs] of pauses.entries()) expect(pauseMs).toBeLessThanOrEqual(Math.min(2 ** index, 30));
    expect(pauses.at(-1)).toBeGreaterThanOrEqual(26);
  });

  it('the end of a session of ours wakes the first one at once', async () => {
    const { scene, process, first } = await fullScene();
    const starts = new Starts();
    void starts.add(process, 'a');
    await scene.clock.advance(65_000);
    await scene.settled(first.close());
    // The session takes 2 s to end.
    await scene.clock.advance(4_500);
    expect(starts.outcomes).toEqual(['a']);
  });

  it('places name position, length, deadline and quota, and the log has them', async () => {
    const { scene, process } = await fullScene();
    const places: QueuePlace[] = [];
    for (const name of ['a', 'b']) {
      const options = { name, queueTimeoutMs: 5 * MINUTE_MS, onQueued: (place: QueuePlace) => void places.push(place) };
      process.sessions.start(options).catch(() => undefined);
    }
    await scene.clock.advance(100);
    const untilMs = scene.clock.nowMs() - 100 + 5 * MINUTE_MS;
    expect(places[1]).toMatchObject({ position: 2, length: 2, untilMs });
    expect(places[1]?.text).toMatch(
      /^2nd of 2 in the queue until 2026-01-01 \d\d:05:0\d: the scripted service answered QuotaExceeded: this scope may have 1 live sessions$/,
    );
    expect(process.logger.messages('info')).toEqual(
      places.map(({ text }) => `a start waits for a free quota: ${text}`),
    );
  });

  it('when the time is up the error names the quota, the time waited and the position; the first one tries once more', async () => {
    const { scene, process } = await fullScene();
    const starts = new Starts();
    const all = [
      starts.add(process, 'a', { queueTimeoutMs: 20_500 }),
      starts.add(process, 'b', { queueTimeoutMs: 10_000 }),
    ];
    await scene.settled(Promise.all(all));
    expect(starts.outcomes).toEqual(['b: quota-exceeded', 'a: quota-exceeded']);
    expect(starts.errors.get('b')).toMatchObject({
      effect: 'none',
      operation: 'start',
      native: { code: 'QuotaExceeded' },
    });
    expect(starts.errors.get('b')?.message).toBe(
      'the scripted service answered QuotaExceeded: this scope may have 1 live sessions; the start waited 10 s and was ' +
        '2nd of 2 in the queue. Raise `queueTimeoutMs`, terminate sessions that you no longer need, or raise the quota.',
    );
    expect(starts.errors.get('a')?.message).toContain('waited 21 s and was 1st of 1');
    const last = scene.service.oracle.calls.at(-1);
    expect(last?.atMs).toBe(scene.service.nowMs());
    expect(scene.clock.pendingTimers).toBe(0);
  });

  it.each(['first', 'second'] as const)(
    'an abort of the %s leaves the queue, and nothing is started',
    async (which) => {
      const { scene, process, first } = await fullScene();
      const starts = new Starts();
      const controller = new AbortController();
      const options = { signal: controller.signal };
      const done = starts.add(process, 'a', which === 'first' ? options : {});
      const other = starts.add(process, 'b', which === 'second' ? options : {});
      await scene.clock.advance(5_500);
      controller.abort(new Error('no longer needed'));
      await scene.settled(which === 'first' ? done : other);
      expect(starts.outcomes).toEqual([`${which === 'first' ? 'a' : 'b'}: aborted`]);
      expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
      await scene.settled(first.close());
      await scene.settled(Promise.all([done, other]));
      expect(starts.outcomes[1]).toBe(which === 'first' ? 'b' : 'a');
      expect(scene.service.oracle.startedCount()).toBe(2);
      await scene.settled(process.sessions.close());
      expect(scene.clock.pendingTimers).toBe(0);
    },
  );

  it('timeoutMs includes the queue', async () => {
    const { scene, process } = await fullScene();
    const started = process.sessions.start({ queueTimeoutMs: MINUTE_MS, timeoutMs: 5_000 });
    await expect(scene.settled(started)).rejects.toMatchObject({
      kind: 'timeout',
      effect: 'none',
      message: expect.stringContaining('no session was started') as string,
    });
    await scene.settled(process.sessions.close());
    expect(scene.service.oracle.startedCount()).toBe(1);
  });

  it('close ends the waits of its own sessions with a clear error, and leaves the others in the queue', async () => {
    const { scene, process } = await fullScene();
    const other = scene.process();
    const starts = new Starts();
    void starts.add(process, 'a');
    void starts.add(other, 'b');
    void starts.add(process, 'c');
    await scene.clock.advance(3_500);
    await scene.settled(process.sessions.close());
    expect(starts.outcomes).toEqual(['a: aborted', 'c: aborted']);
    expect(starts.errors.get('a')?.message).toBe(
      'these sessions were closed while the start waited for a free quota; no session was started',
    );
    await scene.clock.advance(10_000);
    expect(starts.outcomes.at(-1)).toBe('b');
    await scene.settled(other.sessions.close());
    await scene.clock.advance(5_000);
    expect([scene.service.oracle.live(), scene.clock.pendingTimers]).toEqual([[], 0]);
  });

  it('close while the first one is being tried waits for it and ends what it starts', async () => {
    const { scene, process, first } = await fullScene();
    const starts = new Starts();
    const done = starts.add(process, 'a');
    await scene.clock.advance(500);
    scene.service.faults.add('start', { kind: 'slow', delayMs: 5_000, effect: 'before' });
    await scene.settled(first.close());
    await scene.clock.advance(2_500);
    await scene.settled(Promise.all([process.sessions.close(), done]));
    await scene.clock.advance(10_000);
    expect([scene.service.oracle.live(), scene.clock.pendingTimers]).toEqual([[], 0]);
  });

  it('another failure ends the wait of the first one only', async () => {
    const { scene, process } = await fullScene();
    const starts = new Starts();
    const done = starts.add(process, 'a');
    void starts.add(process, 'b');
    await scene.clock.advance(100);
    scene.service.faults.add('start', { kind: 'refused', code: 'Denied', httpStatus: 403 });
    await scene.settled(done);
    expect(starts.outcomes).toEqual(['a: forbidden']);
    expect(starts.places['b']).toEqual([2, 1]);
  });

  it('a full queue refuses', async () => {
    const { scene, process } = await fullScene();
    const starts = new Starts();
    const all = Array.from({ length: 1_002 }, (_, index) =>
      starts.add(process, String(index), { queueTimeoutMs: MINUTE_MS, onQueued: undefined }),
    );
    await scene.clock.advance(1);
    expect(starts.outcomes).toEqual(['1000: quota-exceeded', '1001: quota-exceeded']);
    expect(starts.errors.get('1001')?.message).toContain('the queue is full: 1000 starts wait');
    await scene.settled(process.sessions.close());
    await Promise.all(all);
    expect([starts.outcomes.length, scene.clock.pendingTimers]).toEqual([1_002, 0]);
  });

  it('a start that comes while others wait makes no call itself', async () => {
    const { scene, process } = await fullScene();
    const starts = new Starts();
    void starts.add(process, 'a');
    await scene.clock.advance(100);
    const before = scene.service.oracle.callCount('start');
    void starts.add(process, 'b');
    await scene.clock.advance(100);
    expect(scene.service.oracle.callCount('start')).toBe(before);
    expect(starts.places).toEqual({ a: [1], b: [2] });
  });

  it('starts that are refused out of order wait in the order of their arrival', async () => {
    const { scene, process } = await fullScene();
    scene.service.faults.add('start', { kind: 'slow', delayMs: 3_000, effect: 'after' });
    const starts = new Starts();
    for (const name of ['slow', 'quick']) void starts.add(process, name);
    await scene.clock.advance(500);
    expect(starts.places).toEqual({ quick: [1] });
    await scene.clock.advance(3_000);
    expect(starts.places).toEqual({ quick: [1, 2], slow: [1] });
  });

  it('an environment can set the wait, and a start can refuse it', async () => {
    const scene = new Scene({ capabilities: { maxLiveSessions: 1 } });
    const process = scene.process({ defaults: { queueTimeoutMs: MINUTE_MS } });
    const first = await scene.settled(process.sessions.start());
    await expect(scene.settled(process.sessions.start({ queueTimeoutMs: 0 }))).rejects.toMatchObject({
      kind: 'quota-exceeded',
    });
    const second = process.sessions.start();
    await scene.settled(first.close());
    expect((await scene.settled(second)).state).toBe('creating');
  });

  it('a listener that throws changes nothing', async () => {
    const { scene, process, first } = await fullScene();
    const onQueued = (): never => {
      throw new Error('broken listener');
    };
    const started = process.sessions.start({ queueTimeoutMs: MINUTE_MS, onQueued });
    await scene.clock.advance(100);
    await scene.settled(first.close());
    expect((await scene.settled(started)).state).toBe('creating');
    expect(process.logger.messages('error')).toEqual(['`onQueued` threw']);
  });

  it('a repeated start of a key waits too, and one session is started', async () => {
    const { scene, process, first } = await fullScene();
    const starts = new Starts();
    for (const name of ['a', 'b']) void starts.add(process, name, { key: 'nightly' });
    await scene.clock.advance(1_000);
    await scene.settled(first.close());
    await scene.clock.advance(10_000);
    expect(starts.outcomes).toEqual(['a', 'b']);
    expect(scene.service.oracle.startedCount()).toBe(2);
  });

  it('starts that wait for the call rate when the first one is refused come behind it, without a call', async () => {
    const scene = new Scene({ capabilities: { maxLiveSessions: 1, callsPerSecond: { reads: 10, writes: 1 } } });
    const process = scene.process();
    const first = await scene.settled(process.sessions.start());
    const starts = new Starts();
    for (const name of ['a', 'b', 'c']) void starts.add(process, name);
    await scene.clock.advance(1_100);
    expect(starts.places).toEqual({ a: [1], b: [2], c: [3] });
    expect(scene.service.oracle.callCount('start')).toBe(2);
    await scene.settled(first.close());
    await scene.clock.advance(15_000);
    expect(starts.outcomes).toEqual(['a']);
  });

  it('an abort while the start waits for the call rate stops it', async () => {
    const scene = new Scene({ capabilities: { maxLiveSessions: 5, callsPerSecond: { reads: 10, writes: 0.1 } } });
    const process = scene.process();
    await scene.settled(process.sessions.start());
    const controller = new AbortController();
    const starts = new Starts();
    const done = starts.add(process, 'a', { signal: controller.signal });
    await scene.clock.advance(100);
    controller.abort();
    await scene.settled(done);
    expect(starts.outcomes).toEqual(['a: aborted']);
    await scene.clock.advance(60_000);
    expect(scene.service.oracle.startedCount()).toBe(1);
  });
});
