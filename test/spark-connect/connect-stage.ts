import type { CallContext } from '../../src/contract/call-context.ts';
import type { Clock } from '../../src/contract/ports.ts';
import type { ConnectEndpoint } from '../../src/contract/session-provider.ts';
import type { SparkConnectRunner } from '../../src/contract/spark-connect.ts';
import { silentLogger, systemClock, systemRandom } from '../../src/session/system-ports.ts';
import { unlimitedCall as call } from '../calls.ts';
import { sparkConnectFactory } from '../../src/spark-connect/spark-connect-factory.ts';

export const HANDLE = { v: 1, provider: 'athena', scope: 'work', id: 'one' } as const;

export { call };

/** A server on loopback. */
export function endpointTo(port: number, more: Partial<ConnectEndpoint> = {}): ConnectEndpoint {
  const expiresAtMs = Number.POSITIVE_INFINITY;
  return { host: '127.0.0.1', port, tls: false, metadata: {}, expiresAtMs, ...more };
}

/** A runner with the ports of the system. */
export function runnerTo(endpointOf: () => Promise<ConnectEndpoint>, clock: Clock = systemClock): SparkConnectRunner {
  return sparkConnectFactory({ clock, random: systemRandom, logger: silentLogger })(endpointOf);
}

/** Pauses between attempts take 5 ms at most. The timeout of a call stays. */
export const schedulePromptly: Clock['schedule'] = (ms, run, kind) =>
  systemClock.schedule(kind === 'background' ? ms : Math.min(ms, 5), run, kind);

/** Runs a statement, reads the first batch and closes it. */
export async function runOne(runner: SparkConnectRunner, more: Partial<CallContext> = {}): Promise<void> {
  const execution = await runner.execute(HANDLE, { id: 's', text: 'SELECT n' }, call(more));
  await execution.batches()[Symbol.asyncIterator]().next();
  await execution.close();
}
