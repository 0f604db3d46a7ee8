import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SessionError } from '../../src/contract/session-error.ts';
import type { ConnectEndpoint } from '../../src/contract/session-provider.ts';
import type { SparkConnectRunner } from '../../src/contract/spark-connect.ts';
import { silentLogger, systemClock, systemRandom } from '../../src/session/system-ports.ts';
import { sparkConnectFactory } from '../../src/spark-connect/spark-connect-factory.ts';
import { FakeServer } from './fake-server.ts';

const HANDLE = { v: 1, provider: 'athena', scope: 'work', id: 'one' } as const;

describe('an endpoint that is not there yet', () => {
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
    // A pause takes no time, and its time has passed.
    const clock: typeof systemClock = {
      ...systemClock,
      monotonicMs: () => systemClock.monotonicMs() + skippedMs,
      schedule(ms, run, kind) {
        if (kind !== 'background') skippedMs += ms;
        return systemClock.schedule(kind === 'background' ? ms : 0, run, kind);
      },
    };
    const endpointOf = async (): Promise<ConnectEndpoint> => {
      asked += 1;
      const refusal = refusals.shift();
      if (refusal !== undefined) throw refusal;
      return { host: '127.0.0.1', port: server.port, tls: false, metadata: {}, expiresAtMs: Number.POSITIVE_INFINITY };
    };
    runner = sparkConnectFactory({ clock, random: systemRandom, logger: silentLogger })(endpointOf);
  });

  afterEach(async () => {
    await runner.close();
    server.close();
  });

  const refuse = (kind: 'conflict' | 'forbidden', times: number): void => {
    refusals = Array.from({ length: times }, () => new SessionError(kind, 'not now', { operation: 'endpoint' }));
  };
  const run = async (deadline = Number.POSITIVE_INFINITY): Promise<void> => {
    const call = { signal: new AbortController().signal, deadline, attempt: 1 };
    const execution = await runner.execute(HANDLE, { id: 's', text: 'SELECT n' }, call);
    await execution.close();
  };

  it('is waited for, by statements and by those who join', async () => {
    refuse('conflict', 3);
    await run();
    expect(asked).toBe(4);
    await runner.release(HANDLE);
    refuse('conflict', 2);
    const call = { signal: new AbortController().signal, deadline: Number.POSITIVE_INFINITY, attempt: 1 };
    expect(await runner.connect(HANDLE, call)).toMatchObject({ sparkVersion: '4.1.4' });
    expect(asked).toBe(7);
  });

  it('is waited for no longer than the call may take, nor than two minutes', async () => {
    refuse('conflict', 1000);
    await expect(run(systemClock.monotonicMs() + 2_200)).rejects.toMatchObject({ kind: 'conflict' });
    expect(asked).toBeLessThanOrEqual(6);
    await expect(run()).rejects.toMatchObject({ kind: 'conflict' });
    expect(asked).toBeLessThanOrEqual(260);
  });

  it('is not waited for when it is refused for another reason', async () => {
    refuse('forbidden', 1);
    await expect(run()).rejects.toMatchObject({ kind: 'forbidden' });
    expect(asked).toBe(1);
  });
});
