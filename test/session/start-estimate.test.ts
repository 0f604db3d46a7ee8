import { describe, expect, it } from 'vitest';
import { Scene } from '../session/scene.ts';

const CLOUD = { watchIntervalMs: { min: 2_000, max: 3_500 }, maxLiveSessions: false, sparkConf: true } as const;

describe('session.estimate', () => {
  it('says how long starts of this configuration usually take, once three of them are known', async () => {
    const scene = new Scene({ startMs: 60_000, capabilities: CLOUD });
    const { sessions } = scene.process();
    for (let at = 0; at < 3; at++) {
      const session = await sessions.start();
      expect(session.estimate).toBeUndefined();
      await scene.settled(session.whenReady());
    }
    const known = await sessions.start();
    await scene.clock.advance(41_000);
    expect(known.estimate?.text).toMatch(/^usually (59|60|61)( to (59|60|61))? s, now 41 s$/);
    await scene.settled(known.whenReady());
    expect(known.estimate).toBeUndefined();
    const other = await sessions.start({ sparkConf: { 'spark.executor.instances': '40' } });
    expect(other.estimate).toBeUndefined();
  });

  it('from the fifth start on a session is noticed within half a second, with fewer calls than a poll every two seconds', async () => {
    const scene = new Scene({ startMs: 60_000, capabilities: CLOUD });
    const { sessions } = scene.process();
    let calls = 0;
    let delayMs = 0;
    for (let at = 0; at < 5; at++) {
      const before = scene.service.oracle.callCount('describe');
      const startedMs = scene.clock.monotonicMs();
      const session = await sessions.start();
      await scene.settled(session.whenReady());
      delayMs = scene.clock.monotonicMs() - startedMs - 60_000;
      calls = scene.service.oracle.callCount('describe') - before;
    }
    expect(delayMs).toBeLessThanOrEqual(500);
    expect(calls).toBeLessThanOrEqual(30);
  });

  it('a key that finds an old session teaches nothing, and neither does a wait that begins late', async () => {
    const scene = new Scene({ startMs: 20_000, capabilities: CLOUD });
    const { sessions } = scene.process();
    for (let at = 0; at < 4; at++) {
      const key = `nightly-${at}`;
      await sessions.start({ key });
      await scene.clock.advance(15_000);
      // The second holder of the key waits for five seconds only.
      const again = await sessions.start({ key });
      expect(again.estimate).toBeUndefined();
      await scene.settled(again.whenReady());
      const late = await sessions.start();
      await scene.clock.advance(60_000);
      await scene.settled(late.whenReady());
    }
    expect((await sessions.start()).estimate).toBeUndefined();
  });
});
