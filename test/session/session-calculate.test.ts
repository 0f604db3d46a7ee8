import { describe, expect, it } from 'vitest';
import { failureOf } from '../failure-of.ts';
import { Scene } from './scene.ts';

describe('session.calculate', () => {
  it('waits for the session, keeps it busy, and polls within a second', async () => {
    const scene = new Scene({
      capabilities: { calculations: true, reportsBusy: false, watchIntervalMs: { min: 5_000, max: 5_000 } },
    });
    const process = scene.process();
    const session = await scene.settled(process.sessions.start());
    const states: string[] = [];
    const pollsMs: number[] = [];
    const done = await scene.settled(
      session.calculate('print(1)', {
        onProgress: () => {
          states.push(session.state);
          pollsMs.push(scene.clock.monotonicMs());
        },
      }),
    );
    const [startedMs = 0, ...later] = pollsMs;
    expect(done.state).toBe('succeeded');
    expect(states).toEqual(['busy', 'busy']);
    expect(later.map((ms) => ms - startedMs)).toEqual([1_000]);
    expect([session.state, session.handle.id]).toEqual(['ready', scene.service.oracle.live()[0]]);
    expect(process.tracer.spans.map(({ name }) => name)).toContain('anysession.session.calculate');
  });

  it('stops waiting for the session when its caller aborts', async () => {
    const scene = new Scene({ capabilities: { calculations: true } });
    const session = await scene.settled(scene.process().sessions.start());
    const controller = new AbortController();
    const running = failureOf(session.calculate('print(1)', { signal: controller.signal }));
    await scene.clock.advance(100);
    controller.abort();
    expect((await running).kind).toBe('aborted');
    expect([session.state, scene.service.oracle.callCount('startCalculation')]).toEqual(['creating', 0]);
  });

  it('is unsupported where the provider runs none, and a conflict once the session is released', async () => {
    const scene = new Scene();
    const session = await scene.settled(scene.process().sessions.start());
    const error = await failureOf(session.calculate('print(1)'));
    expect(error).toMatchObject({ kind: 'unsupported', operation: 'calculate' });
    expect(error.message).toContain('calculat');
    session.detach();
    expect(await failureOf(session.calculate('print(1)'))).toMatchObject({ kind: 'conflict', operation: 'calculate' });
  });
});
