import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startRequest, unlimitedCall } from '../calls.ts';
import { failureOf } from '../failure-of.ts';
import { CLOUDS } from '../providers/started-session.ts';
import { HOUR_MS, MINUTE_MS, openSweepScene } from './sweep-scene.ts';

/** Long after every lifetime that these tests use, and before any idle timeout. */
const LIFETIME = { maxLifetimeMs: HOUR_MS, idleTimeoutMs: 8 * HOUR_MS } as const;
/** EMR Serverless takes one lifetime only, and ends sessions then. */
const EXPIRING = CLOUDS.filter((cloud) => cloud === 'athena');

/** The operation that ends a session. */
const endOf = (cloud: string): string => (cloud === 'glue' ? 'StopSession' : 'TerminateSession');

describe.each(CLOUDS)('a sweep of %s', (cloud) => {
  it('ends a session whose holder is dead, and removes its record', async () => {
    const { start, records, hold, sweep, live, metrics } = await openSweepScene(cloud);
    const session = await start();
    await hold(session);
    const { codes, report } = await sweep();
    expect(codes).toEqual({ [session.handle.id]: 'terminated dead-holder' });
    expect(report).toMatchObject({
      environment: 'test',
      dryRun: false,
      decisions: [{ owner: 'tests', handle: session.handle }],
    });
    expect(live()).toEqual([]);
    expect(records()).toHaveLength(0);
    expect(metrics.values('anysession.sweep.orphans', { 'anysession.reason': 'dead-holder' })).toEqual([1]);
    expect((await sweep()).report.decisions.filter(({ code }) => code !== 'ended')).toEqual([]);
  });

  it('ends it once when two sweeps race', async () => {
    const { start, hold, sweep, live, calls } = await openSweepScene(cloud);
    const session = await start();
    await hold(session);
    const both = await Promise.all([sweep(), sweep()]);
    expect(live()).toEqual([]);
    expect(calls(endOf(cloud))).toBe(1);
    const outcomes = both.map(({ report }) => report.decisions[0]?.code).sort();
    expect(outcomes[0]).toBe('dead-holder');
    expect(['taken', 'living-holder']).toContain(outcomes[1]);
  });

  it('only says what it would do in a dry run', async () => {
    const { start, records, hold, sweep, live, calls } = await openSweepScene(cloud);
    const session = await start();
    await hold(session);
    const { codes } = await sweep({ dryRun: true });
    expect(codes).toEqual({ [session.handle.id]: 'would-terminate dead-holder' });
    expect(live()).toHaveLength(1);
    expect(calls(endOf(cloud))).toBe(0);
    expect(records()).toHaveLength(1);
  });

  it('leaves sessions of living and doubtful holders, kept ones, and those of other owners', async () => {
    const { start, hold, sweep, live, sessions, settle } = await openSweepScene(cloud);
    const [living, doubtful, kept, unrecorded] = [await start(), await start(), await start(), await start()];
    await hold(living, { holder: 'living' });
    await hold(doubtful, { holder: 'doubtful' });
    await hold(kept, { keptForMs: HOUR_MS });
    const foreign = await settle(sessions.provider.start(startRequest({ owner: 'others' }), unlimitedCall()));
    const old = await settle(sessions.provider.start(startRequest(), unlimitedCall()));
    const { codes } = await sweep();
    expect(codes).toEqual({
      [living.handle.id]: 'left living-holder',
      [doubtful.handle.id]: 'left doubtful-holder',
      [kept.handle.id]: 'left kept',
      [unrecorded.handle.id]: 'left within-lifetime',
      [foreign.handle.id]: 'left not-ours',
      [old.handle.id]: 'left unknown-age',
    });
    expect(live()).toHaveLength(6);
  });

  it('ends a kept session when its time is over', async () => {
    const { start, hold, sweep, live, pass } = await openSweepScene(cloud);
    await hold(await start(), { keptForMs: MINUTE_MS });
    await sweep();
    expect(live()).toHaveLength(1);
    await pass(2 * MINUTE_MS);
    await sweep();
    expect(live()).toEqual([]);
  });

  it('finds a lost start by its token, and ends its session', async () => {
    const { start, hold, sweep, live } = await openSweepScene(cloud);
    const session = await start();
    await hold(session, { isLost: true });
    const { codes } = await sweep();
    expect(codes).toEqual({ [session.handle.id]: 'terminated dead-holder' });
    expect(live()).toEqual([]);
  });

  it('forgets nothing while the list hides sessions, and ends nothing of others', async () => {
    const scene = await openSweepScene(cloud);
    const { start, records, hold, sweep, live, pass, emulator } = scene;
    const session = await start({ idleTimeoutMs: HOUR_MS });
    await hold(session, { isLost: true });
    await hold(await start());
    await pass(20 * MINUTE_MS - 1);
    emulator.faults.add({ kind: 'empty-page', last: true, operation: 'ListSessions', times: 3 });
    const { codes } = await sweep();
    expect(codes[session.status.details.ownership?.token ?? '']).toBe('left not-seen-yet');
    expect(records()).toHaveLength(1);
    await pass(MINUTE_MS);
    emulator.faults.clear();
    await sweep();
    expect([...live(), ...records()]).toEqual([]);
  });

  it('forgets a start that no list shows for a quarter of an hour', async () => {
    const { start, hold, records, sweep, pass } = await openSweepScene(cloud);
    const { token } = startRequest();
    await hold(await start(), { token, isLost: true });
    expect((await sweep()).codes).toMatchObject({ [token]: 'left not-seen-yet' });
    await pass(14 * MINUTE_MS);
    expect((await sweep()).codes).toMatchObject({ [token]: 'left not-seen-yet' });
    await pass(2 * MINUTE_MS);
    expect((await sweep()).codes).toMatchObject({ [token]: 'left never-started' });
    expect(records()).toHaveLength(0);
  });

  it.each([30 * 24 * HOUR_MS, -30 * 24 * HOUR_MS])(
    'ends nothing early on a host whose clock jumps by %d ms',
    async (jumpMs) => {
      const { start, hold, sweep, live, wrongClock } = await openSweepScene(cloud);
      await start();
      await hold(await start(), { keptForMs: HOUR_MS });
      await hold(await start(), { holder: 'living' });
      wrongClock.aheadMs = jumpMs;
      await sweep();
      expect(live()).toHaveLength(3);
    },
  );

  it('gives the record back when the end fails, and the next sweep ends the session', async () => {
    const { start, records, hold, sweep, live, emulator } = await openSweepScene(cloud);
    const session = await start();
    await hold(session);
    const denied = cloud.startsWith('dataproc') ? 'PERMISSION_DENIED' : 'AccessDeniedException';
    emulator.faults.add({ kind: 'error', code: denied, httpStatus: 403, operation: endOf(cloud), times: 9 });
    const { report } = await sweep();
    expect(report.decisions).toMatchObject([{ outcome: 'failed', code: 'dead-holder', error: { kind: 'forbidden' } }]);
    expect(records()).toHaveLength(1);
    emulator.faults.clear();
    await sweep();
    expect(live()).toEqual([]);
  });

  it('ends recorded sessions although the list fails, and reports the failure', async () => {
    const { start, records, hold, sweep, live, emulator } = await openSweepScene(cloud);
    await hold(await start());
    await hold(await start(), { isLost: true });
    const denied = cloud.startsWith('dataproc') ? 'PERMISSION_DENIED' : 'AccessDeniedException';
    emulator.faults.add({ kind: 'error', code: denied, httpStatus: 403, operation: 'ListSessions', times: 9 });
    const { report } = await sweep();
    expect(report.error).toMatchObject({ kind: 'forbidden', operation: 'listPage' });
    expect(report.decisions.map(({ outcome, code }) => `${outcome} ${code}`).sort()).toEqual([
      'left not-seen-yet',
      'terminated dead-holder',
    ]);
    expect(live()).toHaveLength(1);
    expect(records()).toHaveLength(1);
  });

  it('leaves a session that was started as something else than its record says', async () => {
    const { start, hold, sweep, live } = await openSweepScene(cloud);
    const [mine, theirs] = [await start(), await start()];
    await hold(mine, { sessionId: theirs.handle.id, token: startRequest().token });
    await sweep();
    expect(live()).toHaveLength(2);
  });

  it('makes no call on open without a dead record, and then spares keyed ones and lists nothing', async () => {
    const { start, hold, sweep, live, emulator, calls } = await openSweepScene(cloud);
    const keyed = await start({ key: 'nightly' });
    await hold(keyed, { key: 'nightly' });
    await hold(await start(), { holder: 'living' });
    const before = emulator.log().length;
    expect((await sweep({ onlyUnkeyed: true })).report.decisions).toEqual([]);
    expect(emulator.log()).toHaveLength(before);
    await hold(await start());
    const { codes } = await sweep({ onlyUnkeyed: true });
    expect(Object.values(codes)).toEqual(['terminated dead-holder']);
    expect(calls('ListSessions')).toBe(0);
    expect(live()).toHaveLength(2);
    await sweep();
    expect(live()).toHaveLength(1);
  });

  it('gives everything back when it is aborted', async () => {
    const { start, records, hold, sweeper, sweep, live, emulator, settle } = await openSweepScene(cloud);
    await hold(await start());
    const controller = new AbortController();
    emulator.faults.add({ kind: 'slow', delayMs: 5_000, operation: 'GetSession' });
    const sweeping = failureOf(sweeper().sweep({ dryRun: false, signal: controller.signal }));
    await new Promise((resolve) => setTimeout(resolve, 100));
    controller.abort();
    expect(await settle(sweeping)).toMatchObject({ kind: 'aborted' });
    expect(live()).toHaveLength(1);
    expect(records().map(({ record }) => record?.role)).toEqual(['holder']);
    expect(Object.values((await sweep()).codes)).toEqual(['terminated dead-holder']);
  });
});

describe.each(EXPIRING)('a sweep of %s by lifetime', (cloud) => {
  it.each(['none', 'living', 'doubtful', 'kept', 'dead'] as const)(
    'ends a session past its lifetime and the grace, with a %s holder',
    async (holder) => {
      const { start, hold, sweep, live, pass } = await openSweepScene(cloud);
      const session = await start(LIFETIME);
      if (holder === 'kept') await hold(session, { keptForMs: 10 * HOUR_MS });
      else if (holder !== 'none') await hold(session, { holder });
      if (holder !== 'dead') {
        await pass(HOUR_MS + 9 * MINUTE_MS);
        await sweep();
        expect(live()).toHaveLength(1);
      }
      await pass(HOUR_MS + 11 * MINUTE_MS);
      const { codes } = await sweep();
      expect(codes).toEqual({ [session.handle.id]: 'terminated expired' });
      expect(live()).toEqual([]);
    },
  );

  it('does so on a host whose clock is wrong', async () => {
    const { start, sweep, live, pass, wrongClock } = await openSweepScene(cloud);
    await start(LIFETIME);
    wrongClock.aheadMs = -30 * 24 * HOUR_MS;
    await pass(HOUR_MS + 11 * MINUTE_MS);
    await sweep();
    expect(live()).toEqual([]);
  });

  it('leaves those of another owner', async () => {
    const { sessions, settle, sweep, live, pass } = await openSweepScene(cloud);
    const request = startRequest({ owner: 'others', lifetimeMs: HOUR_MS, idleTimeoutMs: 8 * HOUR_MS });
    await settle(sessions.provider.start(request, unlimitedCall()));
    await pass(3 * HOUR_MS);
    await sweep();
    expect(live()).toHaveLength(1);
  });
});

describe('the audit log of sweeps', () => {
  it('has one line for each decision, with who, what, why and when, and only this user can read it', async () => {
    const { start, hold, sweep, folder, clock } = await openSweepScene('athena');
    const session = await start({ key: 'nightly' });
    await hold(session, { key: 'nightly' });
    await sweep();
    const path = join(folder, 'audit.jsonl');
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        time: new Date(clock.nowMs()).toISOString(),
        by: expect.stringMatching(/^pid \d+ on /) as unknown,
        environment: 'test',
        provider: 'athena',
        scope: 'us-east-1/spark35',
        dryRun: false,
        outcome: 'terminated',
        code: 'dead-holder',
        reason: `its holder, process ${process.pid} on this host, has died`,
        session: session.handle.id,
        token: session.status.details.ownership?.token,
        key: 'nightly',
        owner: 'tests',
        created: expect.stringMatching(/^2026-01-01T/) as unknown,
      },
    ]);
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});
