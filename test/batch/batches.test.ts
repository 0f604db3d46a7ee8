import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { SessionError, type BatchProvider, type RunSpec } from '../../src/provider-kit/index.ts';
import { allOf, DEFAULTS, runsOf, setUp } from './scene.ts';
import { failureOf } from '../failure-of.ts';
import { temporaryFolder } from '../temporary-folder.ts';

describe('a start', () => {
  it('B-021 sends 100 runs in the request, and stages 101', async () => {
    const { service, batches } = setUp();
    await batches.start({ defaults: DEFAULTS, runs: runsOf(100) });
    expect(service.calls).toEqual(['startBatch']);
    await batches.start({ defaults: DEFAULTS, runs: runsOf(101) });
    expect(service.calls).toEqual(['startBatch', 'stageRuns', 'startBatch']);
    const [, second] = [...service.batches.values()];
    expect(second?.runs).toEqual(runsOf(101).map(({ id }) => id));
    expect([...service.lists.values()]).toEqual([runsOf(101)]);
  });

  it('reads iterables and async iterables', async () => {
    const { batches, service } = setUp();
    await batches.start({ defaults: DEFAULTS, runs: new Set(runsOf(2)) });
    async function* source() {
      for (const run of runsOf(150)) yield await Promise.resolve(run);
    }
    await batches.start({ defaults: DEFAULTS, runs: source() });
    expect([...service.batches.values()].map(({ runs }) => runs.length)).toEqual([2, 150]);
  });

  it.each<[string, unknown, string]>([
    ['no runs', [], 'a batch needs at least one run'],
    ['an empty id', [{ id: ' ' }], "run 1 (' ') is invalid: id: expected a text of 1 to 128 characters"],
    ['an id that is no text', [{ id: 7 }], 'run 1 is invalid: id: expected a text of 1 to 128 characters; found 7'],
    ['an id too long', [{ id: 'x'.repeat(129) }], 'is invalid: id: expected a text of 1 to 128 characters'],
    ['a repeated id', [{ id: 'a' }, { id: 'b' }, { id: 'a' }], "run 3 ('a') has the id of run 1"],
    ['a stranger', [{ id: 'a', paramters: {} }], 'is invalid: paramters: unknown key; did you mean parameters?'],
    ['a bigint', [{ id: 'a', parameters: { n: 1n } }], "run 1 ('a') has parameters.n, which is a bigint"],
    ['NaN', [{ id: 'a', parameters: { n: [0, Number.NaN] } }], 'parameters.n[1], which is NaN'],
    ['undefined', [{ id: 'a', parameters: { n: undefined } }], 'parameters.n, which is a undefined'],
    ['a Date', [{ id: 'a', parameters: { n: new Date(0) } }], 'parameters.n, which is not a plain object'],
    ['no object', ['a'], 'run 1 is not an object'],
    ['what the provider refuses', [{ id: 'a', priority: -1 }], "run 1 ('a') is invalid: priority must not be -1"],
  ])('B-023 refuses %s, names the run, and sends nothing', async (_, runs, message) => {
    const { batches, service } = setUp();
    const error = await failureOf(batches.start({ defaults: DEFAULTS, runs: runs as RunSpec[] }));
    expect(error).toMatchObject({ kind: 'invalid-request', operation: 'start', effect: 'none' });
    expect(error.message).toContain(message);
    expect(service.calls).toEqual([]);
  });

  it('B-023 refuses parameters that contain themselves', async () => {
    const { batches } = setUp();
    const parameters: Record<string, unknown> = {};
    parameters['again'] = parameters;
    const error = await failureOf(batches.start({ defaults: DEFAULTS, runs: [{ id: 'a', parameters }] as RunSpec[] }));
    expect(error.message).toContain('nested too deeply or contains itself');
  });

  it('B-023 refuses 100,001 runs and reads no further', async () => {
    const { batches, service } = setUp();
    let read = 0;
    function* endless() {
      for (;;) yield { id: `r${read++}` };
    }
    const error = await failureOf(batches.start({ defaults: DEFAULTS, runs: endless() }));
    expect(error.message).toContain('at most 100000 runs');
    expect([read, service.calls.length]).toEqual([100_001, 0]);
  });

  it('B-023 sends nothing when the source throws half-way, and leaves no file behind', async () => {
    const { batches, service } = setUp();
    // A folder for temporary files of this test's own: others run beside it.
    const folder = temporaryFolder();
    vi.stubEnv('TMPDIR', folder);
    onTestFinished(() => void vi.unstubAllEnvs());
    async function* source() {
      yield* runsOf(60_000);
      throw await Promise.resolve(new Error('the sample sheet ended early'));
    }
    const error = await failureOf(batches.start({ defaults: DEFAULTS, runs: source() }));
    expect(error.message).toContain('nothing was sent: Error: the sample sheet ended early');
    expect(service.calls).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('tells all that is wrong with the defaults at once', async () => {
    const { batches } = setUp();
    const defaults = { workflowid: '1', parameters: { f: () => {} } } as unknown as typeof DEFAULTS;
    const { message } = await failureOf(batches.start({ defaults, runs: runsOf(1) }));
    expect(message).toContain('defaults.workflowId: expected a string; found nothing');
    expect(message).toContain('defaults.workflowid: unknown key; did you mean workflowId?');
    expect(message).toContain('defaults.parameters.f, which is a function');
  });

  it('B-020 one key is one batch, from any process, running or over, and its runs are not read again', async () => {
    const { clock, batches, process, service } = setUp();
    const first = await batches.start({ key: 'cohort', defaults: DEFAULTS, runs: runsOf(3) });
    const unread = {
      [Symbol.iterator](): Iterator<RunSpec> {
        throw new Error('these runs are not needed');
      },
    };
    const again = await process().start({ key: 'cohort', defaults: DEFAULTS, runs: unread });
    expect(again.handle).toEqual(first.handle);
    const meanwhile = await process().start({ key: 'cohort', restart: true, defaults: DEFAULTS, runs: unread });
    expect(meanwhile.handle).toEqual(first.handle);
    await clock.runUntilSettled(first.whenFinished());
    const over = await process().start({ key: 'cohort', defaults: DEFAULTS, runs: unread });
    expect([over.handle, over.status.state]).toEqual([first.handle, 'finished']);
    const next = await process().start({ key: 'cohort', restart: true, defaults: DEFAULTS, runs: runsOf(1) });
    expect(next.handle).not.toEqual(first.handle);
    expect((await process().attach({ key: 'cohort' })).handle).toEqual(next.handle);
    expect(service.batches.size).toBe(2);
  });

  it('B-022 finds the batch of a start whose answer was lost each time', async () => {
    const { batches, clock, service } = setUp({ weather: lostAt('startBatch') });
    const batch = await clock.runUntilSettled(batches.start({ defaults: DEFAULTS, runs: runsOf(101) }));
    expect([...service.batches.keys()]).toEqual([batch.handle.id]);
    expect(service.lists.size).toBe(1);
  });

  it('keeps the run list of a start that nobody knows the end of: a batch may read it', async () => {
    const lost = new SessionError('unavailable', 'no answer', { operation: 'startBatch', effect: 'unknown' });
    const { batches, clock, service } = setUp({
      weather: (operation, when) => (operation === 'startBatch' && when === 'before' ? lost : undefined),
    });
    const error = await failureOf(clock.runUntilSettled(batches.start({ defaults: DEFAULTS, runs: runsOf(101) })));
    expect([error.effect, service.lists.size]).toEqual(['unknown', 1]);
  });

  it('keeps what it writes on the way from everybody else', async () => {
    const folder = temporaryFolder();
    vi.stubEnv('TMPDIR', folder);
    onTestFinished(() => void vi.unstubAllEnvs());
    const modes: number[] = [];
    async function* source() {
      yield* runsOf(60_000);
      const [own = ''] = await readdir(folder);
      for (const path of [join(folder, own), join(folder, own, 'runs.json')])
        modes.push((await stat(path)).mode & 0o777);
    }
    await setUp().batches.start({ defaults: DEFAULTS, runs: source() });
    expect(modes).toEqual([0o700, 0o600]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('removes the run list of a start that was refused', async () => {
    const refused = new SessionError('invalid-request', 'no such workflow', { operation: 'startBatch' });
    const { batches, service } = setUp({
      weather: (operation, when) => (operation === 'startBatch' && when === 'before' ? refused : undefined),
    });
    await failureOf(batches.start({ defaults: DEFAULTS, runs: runsOf(101) }));
    expect([service.lists.size, service.calls]).toEqual([0, ['stageRuns', 'startBatch', 'unstageRuns']]);
  });
});

describe('a batch', () => {
  const fateOf = (id: string) => (id === 'r1' ? 'refused' : id === 'r3' ? 'failed' : 'completed');

  it('waits with one look per pause and no listing, and tells how it turned out', async () => {
    const { clock, batches, service } = setUp({ fateOf });
    const batch = await batches.start({ defaults: DEFAULTS, runs: runsOf(5) });
    const seen: string[] = [];
    const status = await clock.runUntilSettled(
      batch.whenFinished({ onProgress: ({ state, remaining }) => seen.push(`${state} ${remaining?.runs ?? 0}`) }),
    );
    expect(status).toMatchObject({ state: 'finished', outcome: 'partial', counts: { completed: 3, failed: 2 } });
    expect(new Set(service.calls.slice(1))).toEqual(new Set(['describe']));
    expect(seen.length).toBe(service.calls.length - 1);
    expect([seen.at(0), seen.at(-1)]).toEqual(['running 4', 'finished 0']);
  });

  it('names what failed and starts those again, as they were', async () => {
    const { clock, batches, process, service } = setUp({ fateOf });
    const batch = await batches.start({ defaults: DEFAULTS, runs: runsOf(150) });
    expect((await failureOf(batch.resubmitFailed())).kind).toBe('conflict');
    await clock.runUntilSettled(batch.whenFinished());
    expect(await allOf(batch.failures())).toEqual([
      { id: 'r1', reason: 'QUOTA: no' },
      expect.objectContaining({ id: 'r3', runId: '1000-3' }),
    ]);
    const later = await process().attach(JSON.stringify(batch.handle));
    await later.resubmitFailed({ key: 'again' });
    const [, second] = [...service.batches.values()];
    expect(second?.request.runs).toEqual([runsOf(4)[1], runsOf(4)[3]]);
    expect(second?.request.defaults).toEqual(DEFAULTS);
  });

  it('describes failed runs at the rate of reads: 25 take 2.5 s, not 25', async () => {
    const callsPerSecond = { reads: 10, writes: 1 };
    const { clock, service, process } = setUp({ fateOf: () => 'failed', capabilities: { callsPerSecond } });
    const describeRun: BatchProvider['describeRun'] = async (_batch, runId) => ({
      runId,
      state: 'failed',
      nativeState: 'FAILED',
      reason: 'out of memory',
    });
    Object.assign(service, { describeRun });
    const batch = await process().start({ defaults: DEFAULTS, runs: runsOf(25) });
    await clock.runUntilSettled(batch.whenFinished());
    const startedMs = clock.monotonicMs();
    const failures = await clock.runUntilSettled(allOf(batch.failures()));
    expect(failures.filter(({ reason }) => reason === 'out of memory')).toHaveLength(25);
    expect(clock.monotonicMs() - startedMs).toBeLessThanOrEqual(2_500);
  });

  it('asks for the runs again where nobody can give them back', async () => {
    const { clock, batches, process } = setUp({ fateOf });
    const batch = await batches.start({ defaults: DEFAULTS, runs: runsOf(5) });
    await clock.runUntilSettled(batch.whenFinished());
    const later = await process().attach(batch.handle);
    expect((await failureOf(later.resubmitFailed())).message).toContain('pass them as `runs`');
    expect((await later.resubmitFailed({ runs: runsOf(5) })).status.totalRuns).toBe(2);
    expect((await batch.resubmitFailed()).status.totalRuns).toBe(2);
  });

  it('stays as it ended, whatever its record says afterwards', async () => {
    const { clock, batches, service } = setUp();
    const batch = await batches.start({ defaults: DEFAULTS, runs: runsOf(200) });
    await batch.cancel();
    const status = await clock.runUntilSettled(batch.whenFinished());
    expect(status).toMatchObject({ state: 'cancelled', counts: { cancelled: 200 } });
    const [held] = [...service.batches.values()];
    if (held !== undefined) held.cancelledMs = undefined;
    expect((await batch.refresh()).state).toBe('cancelled');
  });

  it('lists its rows in as few calls as there are pages', async () => {
    const { clock, batches, service } = setUp({ submissionsPerSecond: 1000 });
    const batch = await batches.start({ defaults: DEFAULTS, runs: runsOf(1000) });
    await clock.runUntilSettled(batch.whenFinished());
    service.calls.length = 0;
    expect((await allOf(batch.runs())).length).toBe(1000);
    expect(service.calls.length).toBe(10);
    const withStates = await allOf(batch.runs({ withStates: true }));
    expect(withStates.every(({ state }) => state === 'completed')).toBe(true);
  });

  it('removes its run list when asked to, and not before it is over', async () => {
    const { clock, batches, service } = setUp();
    const batch = await batches.start({ defaults: DEFAULTS, runs: runsOf(101) });
    expect((await failureOf(batch.deleteRunList())).kind).toBe('conflict');
    await clock.runUntilSettled(batch.whenFinished({ deleteRunList: true }));
    expect(service.lists.size).toBe(0);
  });

  it('C-116 polls last when the time is up', async () => {
    const { clock, batches, service } = setUp();
    const batch = await batches.start({ defaults: DEFAULTS, runs: runsOf(50) });
    const startedMs = clock.monotonicMs();
    const polls: number[] = [];
    const onProgress = (): void => void polls.push(clock.monotonicMs() - startedMs);
    await failureOf(clock.runUntilSettled(batch.whenFinished({ timeoutMs: 12_000, onProgress })));
    expect(polls.at(-1)).toBe(12_000);
    expect(clock.monotonicMs() - startedMs).toBe(12_000);
    const pauses = polls.slice(1).map((atMs, at) => atMs - (polls[at] ?? 0));
    expect(Math.max(...pauses)).toBeLessThanOrEqual(3_000);
    expect(service.calls.filter((operation) => operation === 'describe')).toHaveLength(polls.length);
  });

  it('gives up waiting in time, and goes on', async () => {
    const { clock, batches } = setUp();
    const batch = await batches.start({ defaults: DEFAULTS, runs: runsOf(50) });
    const error = await failureOf(clock.runUntilSettled(batch.whenFinished({ timeoutMs: 1000 })));
    expect([error.kind, clock.pendingTimers]).toEqual(['timeout', 0]);
  });
});

describe('an estimate', () => {
  it('says how long submitting takes, and what a raised quota would make of it', () => {
    const { batches } = setUp({ capabilities: { submissionsPerSecond: 0.1 } });
    expect(batches.estimate(100_000).text).toBe('100,000 runs at 0.1/s: 11.6 days; at 1/s: 28 h');
    expect(batches.estimate(1)).toMatchObject({ durationMs: 10_000, text: '1 run at 0.1/s: 10 s; at 1/s: 1 s' });
    expect(() => batches.estimate(0)).toThrow('whole number');
  });
});

function lostAt(lost: string) {
  const error = new SessionError('unavailable', 'the answer was lost', { operation: lost, effect: 'unknown' });
  return (operation: string, when: 'before' | 'after') => (operation === lost && when === 'after' ? error : undefined);
}
