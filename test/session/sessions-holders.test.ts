import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { failureOf } from '../failure-of.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { Scene, type ProcessChanges, type SceneOptions } from './scene.ts';

const MINUTE_MS = 60_000;

/** Processes of one host that record what they hold. */
function setUp(options: SceneOptions = {}) {
  const scene = new Scene(options);
  const holderFolder = join(temporaryFolder(), 'holders');
  const open = (changes: Partial<ProcessChanges> = {}) => {
    const process = scene.process({ holderFolder, ...changes });
    onTestFinished(() => process.holders?.close());
    return process;
  };
  const records = () =>
    open()
      .holders?.claims()
      .map(({ record }) => record) ?? [];
  const { clock, service } = scene;
  return { scene, clock, service, open, records };
}

describe('sessions of one host', () => {
  it('are swept: those of a process that has died', async () => {
    const { scene, open, records } = setUp();
    const [dead, other] = [open(), open()];
    const { handle } = await scene.settled(dead.sessions.start());
    dead.holders?.close();
    const report = await scene.settled(other.sessions.sweep({ dryRun: true }));
    expect(report).toMatchObject({ dryRun: true, decisions: [{ outcome: 'would-terminate', handle }] });
    expect((await scene.settled(other.sessions.sweep())).decisions).toMatchObject([{ outcome: 'terminated', handle }]);
    expect(records()).toEqual([]);
  });

  it('are swept on open, in the background', async () => {
    const { scene, clock, open, records } = setUp();
    const [dead, other] = [open(), open()];
    await scene.settled(dead.sessions.start());
    dead.holders?.close();
    other.sessions.sweepOnOpen();
    await clock.advance(1_000);
    await expect.poll(records, { interval: 2 }).toEqual([]);
    await scene.settled(other.sessions.close());
  });

  it.each([
    ['has died', true, 0],
    ['lives', false, 1],
  ])('that are attached to leave no record when they end and their holder %s', async (_what, isDead, count) => {
    const { scene, open, records } = setUp();
    const [holder, other] = [open(), open()];
    const { handle } = await scene.settled(holder.sessions.start());
    const attached = await scene.settled(other.sessions.attach(handle));
    if (isDead) holder.holders?.close();
    await scene.settled(attached.terminate({ wait: true }));
    await scene.settled(attached.terminate());
    await expect.poll(() => records().length, { interval: 2 }).toBe(count);
  });

  it('are known by the keys that they were started with on this host', async () => {
    const { scene, open } = setUp();
    const [process, other] = [open({ prices: { currency: 'USD' } }), scene.process()];
    const { status } = await scene.settled(process.sessions.start({ key: 'nightly' }));
    expect([...process.sessions.knownKeys()]).toEqual([[status.details.ownership?.token, 'nightly']]);
    expect([...other.sessions.knownKeys()]).toEqual([]);
    expect([process.sessions.prices, other.sessions.prices]).toEqual([{ currency: 'USD' }, undefined]);
  });

  it('are listed with their costs', async () => {
    const { scene, open } = setUp();
    const { sessions } = open();
    const session = await scene.settled(sessions.start());
    const costs: unknown[] = [];
    for await (const { observation } of sessions.costs()) costs.push(observation.handle);
    expect(costs).toEqual([session.handle]);
    await scene.settled(sessions.close());
    expect(() => sessions.costs()).toThrow('open them again to costs');
    expect((await failureOf(sessions.sweep())).message).toContain('open them again to sweep');
    expect(sessions.owner).toBe('data-platform');
  });
});

describe('a start that takes longer than its caller waits', () => {
  it.each([
    ['terminate', 'is terminated', [], 'terminated'],
    ['detach', 'is left running', ['alive'], 'left running'],
  ] as const)('with onAbort: %s %s', async (onAbort, fate, left, logged) => {
    const { scene, clock, open, records, service } = setUp({ latencyMs: 5_000 });
    const process = open();
    const starting = process.sessions.start({ timeoutMs: 1_000, onAbort, idleTimeoutMs: 20 * MINUTE_MS });
    const error = await failureOf(scene.settled(starting));
    expect(error).toMatchObject({ kind: 'timeout', operation: 'start', effect: 'unknown' });
    expect(error.message).toBe(
      `start was not accepted within 1000 ms; a session that appears later ${fate}. Raise \`timeoutMs\`.`,
    );
    await clock.advance(4_000);
    const keptUntilMs = clock.nowMs() + 20 * MINUTE_MS;
    if (onAbort === 'detach') expect(records()).toMatchObject([{ keptUntilMs }]);
    await clock.advance(30_000);
    expect(service.oracle.live().map(() => 'alive')).toEqual(left);
    expect(process.logger.messages('info')).toEqual([`the session of an aborted start was ${logged}`]);
  });

  it('leaves a session with a holder to it', async () => {
    const { scene, clock, open, service } = setUp({ latencyMs: 5_000 });
    const [holder, other] = [open(), open()];
    const { handle } = await scene.settled(holder.sessions.start({ key: 'nightly' }));
    await failureOf(scene.settled(other.sessions.start({ key: 'nightly', timeoutMs: 1_000 })));
    await clock.advance(60_000);
    expect(other.logger.messages('info')).toEqual(['the session of an aborted start was left to its holder']);
    expect(service.oracle.live()).toEqual([handle.id]);
  });
});
