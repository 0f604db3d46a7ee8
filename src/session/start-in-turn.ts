import type { Observation } from '../contract/observation.ts';
import type { Clock, Logger, Metrics, Random } from '../contract/ports.ts';
import type { SessionDefaults } from '../contract/session-defaults.ts';
import type { SessionProvider } from '../contract/session-provider.ts';
import type { StartRequest } from '../contract/start-request.ts';
import type { UnsentCall } from '../provider-kit/unsent-call.ts';
import { admissionQueueOf } from './admission-queue.ts';
import { callContext } from './call-context.ts';
import type { StartOptions } from './start-options.ts';
import { silentMetrics } from './system-ports.ts';
import { placeOf } from './traced.ts';

/** What sending starts needs. */
export interface StartSenderParts {
  /** The provider with its layers. */
  readonly provider: SessionProvider;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics?: Metrics | undefined;
  readonly defaults: SessionDefaults;
}

/** Sends a start request and resolves with the answer. */
export type SendStart = (request: StartRequest) => Promise<Observation>;

/**
 * Sends the requests of one start, behind other starts of its scope when the caller wants to wait for a free quota.
 * @param stops - `unsent` stops the start while nothing was sent, `closing` while it waits for a quota.
 */
export function startInTurn(
  { provider, clock, random, logger, metrics = silentMetrics, defaults }: StartSenderParts,
  { onQueued, queueTimeoutMs = defaults.queueTimeoutMs ?? 0 }: StartOptions,
  stops: { readonly unsent: UnsentCall; readonly closing: AbortSignal },
): SendStart {
  const send = (request: StartRequest, { signal }: UnsentCall): Promise<Observation> =>
    provider.start(request, callContext(clock, { signal }));
  // An engine of this process has no quota that others free.
  if (queueTimeoutMs === 0 || !provider.capabilities.outlivesProcess) return (request) => send(request, stops.unsent);
  const onWaited = (waitedMs: number): void => {
    const attributes = { ...placeOf(provider), 'anysession.queue': 'admission' };
    metrics.record('anysession.queue.wait_time', waitedMs / 1000, attributes);
  };
  const waiting = { ...stops, untilMs: clock.monotonicMs() + queueTimeoutMs, random, logger, onQueued, onWaited };
  return (request) => admissionQueueOf(clock, provider).admit((attempt) => send(request, attempt), waiting);
}
