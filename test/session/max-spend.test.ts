import { describe, expect, it } from 'vitest';
import type { SessionProvider } from '../../src/contract/session-provider.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import { failureOf } from '../failure-of.ts';
import { adapterOf, Scene, type ProcessChanges } from './scene.ts';

const MINUTE_MS = 60_000;
/** A session costs 1 a minute. */
const PRICES = { currency: 'EUR', sessionHour: 60 };

function setUp(
  changes: Partial<ProcessChanges> = {},
  replaced: (scene: Scene) => Partial<SessionProvider> = () => ({}),
) {
  const scene = new Scene();
  const process = scene.process({ prices: PRICES, adapter: adapterOf(scene, replaced(scene)), ...changes });
  const { sessions, logger } = process;
  const live = () => scene.service.oracle.live();
  const start = async (options: Parameters<typeof sessions.start>[0]) => {
    const session = await scene.settled(sessions.start(options));
    await scene.settled(session.whenReady());
    return session;
  };
  return { scene, clock: scene.clock, sessions, logger, live, start };
}

describe('maxSpend', () => {
  it('fails statements and waits at once when it is reached, while the session is still ending', async () => {
    const { clock, start, scene } = setUp({}, () => ({ terminate: () => new Promise(() => {}) }));
    const session = await start({ maxSpend: 2 });
    await clock.advance(3 * MINUTE_MS);
    expect(session.state).toBe('ready');
    const attempts = [session.sql('SELECT 1'), session.submit('SELECT 1').result(), session.whenReady()].map(failureOf);
    for (const error of await scene.settled(Promise.all(attempts))) {
      expect(error.kind).toBe('session-failed');
      expect(error.message).toContain('because it reached its maxSpend of 2.00 EUR');
    }
    expect((await scene.settled(session.refresh())).state).toBe('ready');
  });

  it('is enforced until it succeeds: a terminate that fails is repeated', async () => {
    let refusals = 0;
    const { clock, start, live, logger } = setUp({}, (scene) => ({
      terminate: (handle, call) => {
        if (++refusals <= 20) return Promise.reject(new SessionError('forbidden', 'no', { operation: 'terminate' }));
        return adapterOf(scene).terminate(handle, call);
      },
    }));
    await start({ maxSpend: 2 });
    await clock.advance(10 * MINUTE_MS);
    expect(live()).toEqual([]);
    expect(logger.messages('error')[0]).toContain('that reached maxSpend could not be ended; trying again in 5 s');
  });

  it('comes from the defaults of the environment, and a start may have its own', async () => {
    const { clock, start, live } = setUp({ defaults: { maxSpend: 2 } });
    await start({});
    const own = await start({ maxSpend: 50 });
    await clock.advance(5 * MINUTE_MS);
    expect(live()).toEqual([own.handle.id]);
  });

  it('is no concern of attached sessions, and ends when the session is released', async () => {
    const { clock, sessions, start, live, scene, logger } = setUp();
    const session = await start({ maxSpend: 2 });
    session.detach();
    expect(logger.messages('warn')).toEqual(['a session runs on without its maxSpend: it was released']);
    await scene.settled(sessions.attach(session.handle));
    await clock.advance(5 * MINUTE_MS);
    expect(live()).toEqual([session.handle.id]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('leaves no timer behind an ended session', async () => {
    const { clock, start, scene, logger } = setUp();
    const session = await start({ maxSpend: 100 });
    expect(clock.pendingTimers).toBe(1);
    await scene.settled(session.terminate({ wait: true }));
    expect(clock.pendingTimers).toBe(0);
    await scene.settled(session.close());
    expect(logger.messages('warn')).toEqual([]);
  });

  it('counts a session once that two parts of a program hold by its key', async () => {
    const { clock, start, live } = setUp({ maxSpend: 5 });
    await start({ key: 'nightly' });
    await start({ key: 'nightly' });
    await clock.advance(4.5 * MINUTE_MS);
    expect(live()).toHaveLength(1);
    await clock.advance(2 * MINUTE_MS);
    expect(live()).toEqual([]);
  });

  it('counts what ended sessions have cost towards the limit of the environment', async () => {
    const { clock, start, live, scene, sessions } = setUp({ maxSpend: 5 });
    const first = await start({});
    await clock.advance(3 * MINUTE_MS);
    await scene.settled(first.terminate({ wait: true }));
    await start({});
    await clock.advance(3.5 * MINUTE_MS);
    expect(live()).toEqual([]);
    expect(await failureOf(sessions.start())).toMatchObject({ kind: 'quota-exceeded' });
  });

  it('asks about one session after the other, however many there are', async () => {
    let [running, most] = [0, 0];
    const { clock, start } = setUp({}, (scene) => ({
      describe: async (handle, call) => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        return adapterOf(scene).describe(handle, call);
      },
    }));
    for (let count = 0; count < 5; count++) await start({ maxSpend: 1_000 });
    most = 0;
    await clock.advance(2 * MINUTE_MS);
    expect(most).toBe(1);
  });
});
