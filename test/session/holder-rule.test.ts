import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { hostIdentity } from '../../src/ownership/host-identity.ts';
import type { StartOptions } from '../../src/session/start-options.ts';
import { failureOf } from '../failure-of.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { Scene, type ProcessChanges, type SceneOptions, type SceneProcess } from './scene.ts';

const KEY = { key: 'nightly' } as const;
const MINUTE_MS = 60_000;

/** Processes over one service that record in one folder what they hold. A process that is killed stops listening. */
function setUp(options: SceneOptions = {}) {
  const scene = new Scene(options);
  const holderFolder = join(temporaryFolder(), 'holders');
  const open = (changes: Partial<ProcessChanges> = {}): SceneProcess => {
    const process = scene.process({ holderFolder, ...changes });
    onTestFinished(() => process.holders?.close());
    return process;
  };
  const { oracle, faults } = scene.service;
  const start = (process: SceneProcess, more: StartOptions = {}) =>
    scene.settled(process.sessions.start({ ...KEY, ...more }));
  const live = async (): Promise<readonly string[]> => {
    await scene.clock.advance(10_000);
    return oracle.live();
  };
  const [first, second] = [open(), open()];
  const records = () => (first.holders?.claims() ?? []).map(({ record }) => record);
  return { scene, open, start, live, records, faults, first, second, service: scene.service };
}

describe('the holder rule', () => {
  it('H-001 a start is recorded before it is sent, and its record goes with the session', async () => {
    const { scene, first, start, records } = setUp({ latencyMs: 50 });
    const starting = start(first);
    await expect.poll(() => records()).toMatchObject([{ key: 'nightly', role: 'holder', environment: 'test' }]);
    const session = await starting;
    expect(records()).toMatchObject([{ sessionId: session.handle.id }]);
    await scene.settled(session.close());
    expect(records()).toEqual([]);
  });

  it('H-001 a start that fails for certain leaves no record, and one whose answer is lost leaves it to nobody', async () => {
    const { first, start, records, faults } = setUp();
    faults.add('start', { kind: 'refused', code: 'Denied', httpStatus: 403 });
    expect((await failureOf(start(first))).effect).toBe('none');
    expect(records()).toEqual([]);
    faults.add('start', ...Array.from({ length: 20 }, () => ({ kind: 'unavailable', effect: 'before' }) as const));
    expect((await failureOf(start(first))).effect).toBe('unknown');
    expect(records()).toHaveLength(1);
    faults.clear();
    // The next start holds what may be running, also in the same process.
    expect(await start(first)).toMatchObject({ adopted: false, owned: true });
  });

  it('H-002 the second start adopts, and its close leaves the session running', async () => {
    const { scene, first, second, start, live } = setUp();
    const mine = await start(first);
    const shared = [await start(second), await start(first)];
    expect([mine, ...shared].map(({ owned, adopted }) => [owned, adopted])).toEqual([
      [true, false],
      [false, true],
      [false, true],
    ]);
    await scene.settled(Promise.all(shared.map((session) => session.close())));
    expect(await live()).toEqual([mine.handle.id]);
    await scene.settled(mine.close());
    expect(await live()).toEqual([]);
  });

  it('H-002 a start inherits from a process that has died, and its close ends the session', async () => {
    const { scene, first, second, start, live } = setUp();
    await start(first);
    first.holders?.close();
    const session = await start(second);
    expect([session.owned, session.adopted]).toEqual([true, false]);
    await scene.settled(session.close());
    expect(await live()).toEqual([]);
  });

  it('H-003 an adopter becomes the holder when the holder dies', async () => {
    const { scene, first, second, start, live } = setUp();
    await start(first);
    const session = await start(second);
    first.holders?.close();
    await expect.poll(() => session.owned).toBe(true);
    expect(session.adopted).toBe(false);
    await scene.settled(session.close());
    expect(await live()).toEqual([]);
  });

  it('H-003 closing an adopted session ends it when its holder has gone without a trace', async () => {
    const { scene, first, second, start, live, records } = setUp();
    await start(first);
    const session = await start(second);
    // As when the start of the holder fails after the adopter has repeated it.
    const [claim] = first.holders?.claims() ?? [];
    rmSync(claim?.file ?? '');
    await scene.settled(session.close());
    expect([await live(), records()]).toEqual([[], []]);
  });

  it.each([
    ['terminate', []],
    ['detach', ['alive']],
  ] as const)('H-004 onClose: %s decides, whoever holds the session', async (onClose, left) => {
    const { scene, first, second, start, live } = setUp();
    await start(first);
    const session = await start(second, { onClose });
    expect([session.adopted, session.owned]).toEqual([true, onClose === 'terminate']);
    await scene.settled(session.close());
    expect((await live()).map(() => 'alive')).toEqual(left);
  });

  it('H-004 onClose: detach keeps the session of the holder for its idle timeout', async () => {
    const { scene, first, start, live, records } = setUp();
    const session = await start(first, { onClose: 'detach', idleTimeoutMs: 20 * MINUTE_MS });
    const keptUntilMs = scene.clock.nowMs() + 20 * MINUTE_MS;
    await scene.settled(session.close());
    expect(records()).toMatchObject([{ keptUntilMs }]);
    expect(await live()).toEqual([session.handle.id]);
  });

  it('H-005 a kept session has no holder: the next start inherits it, in the same process too', async () => {
    const { scene, first, second, start, records } = setUp();
    for (const process of [second, first]) {
      const session = await start(first);
      const keptUntilMs = scene.clock.nowMs() + 5 * MINUTE_MS;
      session.detach({ keepForMs: 5 * MINUTE_MS });
      expect(records()).toMatchObject([{ keptUntilMs }]);
      const again = await start(process);
      expect([again.owned, again.adopted]).toEqual([true, false]);
      expect(records()).toMatchObject([{ sessionId: session.handle.id }]);
      expect(records()[0]?.keptUntilMs).toBeUndefined();
      again.detach();
    }
  });

  it('H-005 a start with the key that fails leaves the kept session kept', async () => {
    const { first, start, records, faults } = setUp();
    (await start(first)).detach({ keepForMs: 5 * MINUTE_MS });
    const kept = records();
    faults.add('start', { kind: 'refused', code: 'Denied', httpStatus: 403 });
    expect((await failureOf(start(first))).kind).toBe('forbidden');
    const { keptUntilMs, keptUntilUptimeMs, sessionId } = kept[0] ?? {};
    expect(records()).toMatchObject([{ keptUntilMs, keptUntilUptimeMs, sessionId, pid: 0 }]);
  });

  it('H-005 a process that dies while it starts with the key leaves the kept session kept', async () => {
    const { scene, first, second, start, records } = setUp({ latencyMs: 1_000 });
    (await start(first)).detach({ keepForMs: 5 * MINUTE_MS });
    const [{ keptUntilMs } = {}] = records();
    const starting = second.sessions.start(KEY);
    await expect.poll(() => records()).toMatchObject([{ pid: process.pid, keptUntilMs }]);
    expect((await scene.settled(starting)).inherited).toBe(true);
    expect(records()[0]?.keptUntilMs).toBeUndefined();
  });

  it("H-010 a session of another owner is a conflict that names the owner, or adopted with adopt: 'any'", async () => {
    const { scene, open, first, start, live, records } = setUp();
    const theirs = open({ owner: 'etl', holderFolder: join(temporaryFolder(), 'holders') });
    const neighbour = open({ owner: 'etl' });
    const mine = await start(first);
    mine.detach();
    const kept = records();
    for (const other of [theirs, neighbour]) {
      const failure = await failureOf(start(other));
      expect(failure).toMatchObject({ kind: 'conflict', handle: mine.handle });
      expect(failure.message).toContain('belongs to data-platform');
      const adopted = await start(other, { adopt: 'any' });
      const warning = 'the session of this key belongs to data-platform: closing leaves it running';
      expect(other.logger.entries.map(({ message }) => message)).toContain(warning);
      expect([adopted.adopted, adopted.owned]).toEqual([true, false]);
      await scene.settled(adopted.close());
      expect(await live()).toEqual([mine.handle.id]);
      expect(other.holders?.claims().map(({ record }) => record?.keptUntilMs)).toEqual(
        other === theirs ? [] : [kept[0]?.keptUntilMs],
      );
    }
  });

  it('H-005 an adopter leaves a session that its holder has kept', async () => {
    const { scene, first, second, start, live, records } = setUp();
    const mine = await start(first);
    const session = await start(second);
    mine.detach();
    await scene.settled(session.close());
    expect(await live()).toEqual([mine.handle.id]);
    expect(records()).toMatchObject([{ keptUntilMs: expect.any(Number) as number }]);
  });

  it('C-110 H-006 a later session that a restart has started is held like that of the first start, options included', async () => {
    const { scene, first, second, start, live, records } = setUp();
    await (await start(first)).terminate();
    await scene.clock.advance(10_000);
    const later = await start(first, { restart: true, name: 'report' });
    expect((await failureOf(start(second))).message).toContain('other options: name differs');
    const adopted = await start(second, { name: 'report' });
    expect([adopted.handle, adopted.adopted]).toEqual([later.handle, true]);
    await scene.settled(adopted.close());
    expect(await live()).toEqual([later.handle.id]);
    later.detach();
    const inherited = await start(second, { adopt: 'any' });
    expect([inherited.handle, inherited.inherited, records().length]).toEqual([later.handle, true, 1]);
    await scene.settled(inherited.close());
    await scene.clock.advance(10_000);
    expect(await live()).toEqual([]);
  });

  it("H-006 other options are an error that names them, unless adopt: 'any'", async () => {
    const { first, second, start, records } = setUp();
    const mine = await start(first, { labels: { team: 'a' }, name: 'report' });
    const before = records();
    const failure = await failureOf(start(second, { labels: { team: 'b' }, idleTimeoutMs: 7 * MINUTE_MS }));
    expect(failure).toMatchObject({ kind: 'conflict', operation: 'start', handle: mine.handle });
    expect(failure.message).toBe(
      "the session with key 'nightly' has other options: idleTimeoutMs, labels, name differ. " +
        "Use the same options, another key, or `adopt: 'any'` to take the session as it is.",
    );
    expect(records()).toEqual(before);
    const any = await start(second, { labels: { team: 'b' }, adopt: 'any' });
    expect([any.handle, any.adopted]).toEqual([mine.handle, true]);
  });

  it('H-006 while the start of a living holder is under way, too', async () => {
    const { scene, first, second, records } = setUp({ latencyMs: 5_000 });
    const starting = first.sessions.start(KEY);
    await expect.poll(() => records()).toHaveLength(1);
    expect((await failureOf(second.sessions.start({ ...KEY, name: 'x' }))).message).toContain('name differs');
    expect((await scene.settled(starting)).owned).toBe(true);
  });

  it("H-006 adopt: 'any' keeps the options of the session in its record", async () => {
    const { first, second, start, open } = setUp();
    await start(first, { name: 'report' });
    first.holders?.close();
    const heir = await start(second, { name: 'other', adopt: 'any' });
    expect([heir.owned, heir.adopted]).toEqual([true, false]);
    expect((await start(open(), { name: 'report' })).handle).toEqual(heir.handle);
  });

  it('H-006 the options of a session that has ended do not matter', async () => {
    const { scene, first, second, start, service, live } = setUp();
    const ended = await start(first, { name: 'report' });
    service.breakSession(ended.handle.id, 'out of memory');
    expect((await failureOf(start(second, { name: 'other' }))).message).toContain('has ended');
    const next = await start(second, { name: 'other', restart: true });
    expect([await live(), next.owned]).toEqual([[next.handle.id], true]);
    await scene.settled(next.close());
  });

  it.each([
    ['of another boot', { bootId: 'another' }],
    ['in another container', { pidNamespace: 'pid:[1]' }],
    ['on another host', { host: 'another' }],
  ])('H-007 a session of a holder %s is adopted with a warning', async (_where, change) => {
    const { scene, open, second, start, live } = setUp();
    const elsewhere = open({ identity: { ...hostIdentity(), ...change } });
    const mine = await start(elsewhere);
    elsewhere.holders?.close();
    const session = await start(second);
    expect([session.owned, session.adopted]).toEqual([false, true]);
    expect(second.logger.messages('warn').join()).toContain('onClose: terminate');
    await scene.settled(session.close());
    expect(await live()).toEqual([mine.handle.id]);
  });

  it('H-007 a damaged record is in doubt', async () => {
    const { scene, first, second, start, live } = setUp();
    const mine = await start(first);
    writeFileSync(first.holders?.claims()[0]?.file ?? '', '{');
    const session = await start(second);
    expect(session.adopted).toBe(true);
    await scene.settled(session.close());
    expect(await live()).toEqual([mine.handle.id]);
  });

  it.each([
    ['held', false],
    ['ended, and the next one starts', true],
  ])('H-008 a degraded session whose holder is in doubt is %s', async (_what, restart) => {
    const { scene, open, second, start, live, service } = setUp();
    const elsewhere = open({ identity: { ...hostIdentity(), bootId: 'another' } });
    const broken = await start(elsewhere);
    elsewhere.holders?.close();
    service.breakSession(broken.handle.id, 'disk full', 'degraded');
    const session = await start(second, { restart });
    expect(session.owned).toBe(true);
    expect(await live()).toEqual([session.handle.id]);
    await scene.settled(session.close());
    expect(await live()).toEqual([]);
  });

  it('H-008 a degraded session of a living holder stays with it, and restart starts the next one', async () => {
    const { scene, first, second, start, live, service } = setUp();
    const broken = await start(first);
    service.breakSession(broken.handle.id, 'disk full', 'degraded');
    expect(await start(second)).toMatchObject({ handle: broken.handle, adopted: true });
    const next = await start(second, { restart: true });
    expect(next.owned).toBe(true);
    expect([...(await live())].sort()).toEqual([broken.handle.id, next.handle.id].sort());
    await scene.settled(Promise.all([first.sessions.close(), next.close()]));
    expect(await live()).toEqual([]);
  });

  it('H-009 without a folder starts go on as if nobody else held sessions, and one warning says so', async () => {
    const { scene, open, start, live } = setUp();
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    const process = open({ holderFolder: join(file, 'holders') });
    const sessions = [await start(process), await start(process, { key: 'weekly' })];
    expect(sessions.map(({ owned, adopted }) => [owned, adopted])).toEqual([
      [true, false],
      [true, false],
    ]);
    expect(process.logger.messages('warn')).toHaveLength(1);
    await scene.settled(process.sessions.close());
    expect(await live()).toEqual([]);
  });

  it('H-001 sessions that end with their process are not recorded', async () => {
    const { first, start, records } = setUp({ capabilities: { outlivesProcess: false } });
    expect((await start(first)).adopted).toBe(false);
    expect(records()).toEqual([]);
  });
});
