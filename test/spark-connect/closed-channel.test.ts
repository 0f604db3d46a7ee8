import * as grpc from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import type { Clock } from '../../src/contract/ports.ts';
import { systemClock } from '../../src/session/system-ports.ts';
import { ConnectChannel } from '../../src/spark-connect/connect-channel.ts';
import { SparkConnectService } from '../../src/spark-connect/wire/spark-connect_pb.ts';

it('a call that a closed channel cannot open leaves no timer behind', async () => {
  let timers = 0;
  const clock: Clock = {
    ...systemClock,
    schedule(delayMs, callback, kind) {
      timers += 1;
      const cancel = systemClock.schedule(delayMs, callback, kind);
      return () => {
        timers -= 1;
        cancel();
      };
    },
  };
  const endpoint = { host: '127.0.0.1', port: 1, tls: false, metadata: {}, expiresAtMs: Number.POSITIVE_INFINITY };
  const channel = new ConnectChannel(grpc, clock, endpoint, () => Promise.resolve(endpoint));
  channel.close();
  const call = channel.unary(SparkConnectService.method.config, {}, { metadata: {}, timeoutMs: 60_000 });
  await expect(call).rejects.toThrow('shut down');
  expect(timers).toBe(0);
});
