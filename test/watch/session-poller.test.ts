import { describe, expect, it } from 'vitest';
import type { Observation } from '../../src/contract/observation.ts';
import type { SessionProvider } from '../../src/contract/session-provider.ts';
import { RecordingLogger } from '../../src/testing/recording.ts';
import { sessionPoller, type SessionPollerPorts } from '../../src/watch/session-poller.ts';
import { adapterOf, Scene, startRequest, unlimitedCall } from '../session/scene.ts';

const ENDPOINT = { host: 'h', port: 443, tls: true, metadata: {}, expiresAtMs: 1 };

/** Two sessions that never become ready by themselves, as their list shows them. */
async function setUp(listed: Partial<Observation>, changes: Partial<SessionProvider> = {}) {
  const scene = new Scene({ startMs: 3_600_000 });
  const { clock } = scene;
  const sound = adapterOf(scene);
  const provider = adapterOf(scene, {
    async listPage(...args) {
      const page = await sound.listPage(...args);
      return { ...page, observations: page.observations.map((seen) => ({ ...seen, ...listed })) };
    },
    ...changes,
  });
  const handles = await Promise.all(
    [1, 2].map(async () => (await sound.start(startRequest(), unlimitedCall())).handle),
  );
  /** What the waits for both sessions see within ten seconds. */
  const watch = async (budget?: SessionPollerPorts['budget']) => {
    const random = { next: () => 0, hex: () => '' };
    const poller = sessionPoller({ provider, clock, random, logger: new RecordingLogger(), budget });
    const untilMs = clock.monotonicMs() + 10_000;
    const seen: Observation[] = [];
    const waits = handles.map(async (handle) => {
      for await (const each of poller.watch(handle, new AbortController().signal, { untilMs })) seen.push(each);
    });
    await scene.settled(Promise.all(waits));
    return seen;
  };
  return { clock, watch };
}

describe('sessionPoller', () => {
  it('completes a listed session that is ready once it has an endpoint', async () => {
    const { watch } = await setUp({ readyWithEndpoint: true }, { endpoint: () => Promise.resolve(ENDPOINT) });
    const states = (await watch()).map(({ state, acceptsWork }) => `${state} ${acceptsWork}`);
    expect(new Set(states)).toEqual(new Set(['creating false', 'ready true']));
  });

  it('asks for no endpoint of a session whose list says all', async () => {
    let asked = 0;
    const endpoint = () => Promise.resolve((asked++, ENDPOINT));
    const { watch } = await setUp({}, { endpoint });
    const states = (await watch()).map(({ state }) => state);
    expect([new Set(states), asked]).toEqual([new Set(['creating']), 0]);
  });

  it('takes the list as it is where the provider has no endpoint', async () => {
    const { watch } = await setUp({ readyWithEndpoint: true });
    expect(new Set((await watch()).map(({ state }) => state))).toEqual(new Set(['creating']));
  });

  it('asks the rate budget how long a list waits', async () => {
    const { watch } = await setUp({});
    const asked: unknown[] = [];
    await watch({ delayMs: (...about) => (asked.push(about.join(' ')), 0) });
    expect(new Set(asked)).toEqual(new Set(['listPage reads']));
  });
});
