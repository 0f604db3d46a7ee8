import type { Clock, Logger, Metrics } from '../../contract/ports.ts';
import type { SessionError } from '../../contract/session-error.ts';
import { RetryLog } from '../../provider-kit/retry-log.ts';
import { placeOf } from '../traced.ts';
import type { AnyInvocation } from './layer.ts';

/** Counts and logs the failed attempts of all calls of one provider. */
export class RetryReports {
  readonly #metrics: Metrics;
  readonly #log: RetryLog;

  constructor(clock: Clock, logger: Logger, metrics: Metrics) {
    this.#metrics = metrics;
    this.#log = new RetryLog(clock, logger);
  }

  /** An attempt failed, whether or not another one follows. */
  failed({ operation, provider }: AnyInvocation, { kind }: SessionError): void {
    if (kind !== 'rate-limited') return;
    this.#metrics.add('anysession.call.throttles', 1, { ...placeOf(provider), 'anysession.operation': operation });
  }

  /** Another attempt follows after a pause. */
  retries(
    { operation, provider, handle, span }: AnyInvocation,
    { kind }: SessionError,
    { attempt, delayMs }: { readonly attempt: number; readonly delayMs: number },
  ): void {
    span?.event('retry', { attempt, delayMs, kind });
    const place = placeOf(provider);
    this.#metrics.add('anysession.call.retries', 1, {
      ...place,
      'anysession.operation': operation,
      'error.type': kind,
    });
    const session = handle && { session: handle.id };
    this.#log.retried(
      { operation, kind, attempt, delayMs },
      { provider: provider.id, scope: provider.scope, ...session },
    );
  }
}
