import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SessionError } from '../../src/contract/session-error.ts';
import type { SparkConnectRunner } from '../../src/contract/spark-connect.ts';
import { systemClock } from '../../src/session/system-ports.ts';
import { call, endpointTo, HANDLE, runnerTo, runOne } from './connect-stage.ts';
import { FakeServer } from './fake-server.ts';

describe('an endpoint that does not exist yet', () => {
  let server: FakeServer;
  let runner: SparkConnectRunner;
  let refusals: SessionError[];
  let asked: number;
  let skippedMs: number;

  beforeEach(async () => {
    server = new FakeServer();
    await server.listen();
    refusals = [];
    asked = 0;
    skippedMs = 0;
    // A pause ends at once, and its time has passed.
    const clock: typeof systemClock = {
      ...systemClock,
      monotonicMs: () => systemClock.monotonicMs() + skippedMs,
      schedule(ms, run, kind) {
        if (kind !== 'background') skippedMs += ms;
        return systemClock.schedule(kind === 'background' ? ms : 0, run, kind);
      },
    };
    runner = runnerTo(async () => {
      asked += 1;
      const refusal = refusals.shift();
      if (refusal !== undefined) throw refusal;
      return endpointTo(server.port);
    }, clock);
  });

  afterEach(async () => {
    await runner.close();
    server.close();
  });

  const refuse = (kind: 'conflict' | 'forbidden', times: number): void => {
    refusals = Array.from({ length: times }, () => new SessionError(kind, 'not now', { operation: 'endpoint' }));
  };

  it('is awaited by statements and by connect()', async () => {
    refuse('conflict', 3);
    await runOne(runner);
    expect(asked).toBe(4);
    await runner.release(HANDLE);
    refuse('conflict', 2);
    expect(await runner.connect(HANDLE, call())).toMatchObject({ sparkVersion: '4.1.4' });
    expect(asked).toBe(7);
  });

  it('is awaited for at most the time of the call, and two minutes', async () => {
    refuse('conflict', 1000);
    await expect(runOne(runner, { deadline: systemClock.monotonicMs() + 2_200 })).rejects.toMatchObject({
      kind: 'conflict',
    });
    expect(asked).toBeLessThanOrEqual(6);
    await expect(runOne(runner)).rejects.toMatchObject({ kind: 'conflict' });
    expect(asked).toBeLessThanOrEqual(260);
  });

  it('is not awaited when it fails for another reason', async () => {
    refuse('forbidden', 1);
    await expect(runOne(runner)).rejects.toMatchObject({ kind: 'forbidden' });
    expect(asked).toBe(1);
  });
});
