import type { Clock, Logger, Random } from '../contract/ports.ts';
import type { Observation } from '../contract/observation.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { CallContext } from '../contract/call-context.ts';
import { sleep } from '../provider-kit/sleep.ts';
import type { Watcher } from '../contract/watcher.ts';
import { PollSchedule, type PollInterval, type Pollable } from './poll-schedule.ts';

/** Jitter: pauses grow by up to this fraction, so that many waiters do not poll in step. */
const JITTER = 0.1;

/** What can be polled: a provider of sessions or of batches. */
export interface PolledProvider<Seen> {
  readonly capabilities: PollInterval;
  describe(handle: SessionHandle, call: CallContext): Promise<Seen>;
}

/** What a watcher needs. */
export interface PollingWatcherPorts<Seen = Observation> {
  readonly provider: PolledProvider<Seen>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/**
 * Polls with one describe at a time, at the pauses of a {@link PollSchedule}.
 * A poll that fails temporarily, after the retries of the layers, does not end the watch.
 */
export class PollingWatcher<Seen extends Pollable = Observation> implements Watcher<Seen> {
  readonly #ports: PollingWatcherPorts<Seen>;

  constructor(ports: PollingWatcherPorts<Seen>) {
    this.#ports = ports;
  }

  async *watch(handle: SessionHandle, signal: AbortSignal): AsyncGenerator<Seen, void, undefined> {
    const { provider, clock, random } = this.#ports;
    const plan = new PollSchedule(provider.capabilities);
    for (;;) {
      const seen = await this.#describe(handle, signal);
      if (seen !== undefined) yield seen;
      if (seen?.final) return;
      await sleep(clock, plan.pauseAfter(seen) * (1 + JITTER * random.next()), signal);
    }
  }

  async #describe(handle: SessionHandle, signal: AbortSignal): Promise<Seen | undefined> {
    const { provider, logger } = this.#ports;
    try {
      return await provider.describe(handle, { signal, deadline: Number.POSITIVE_INFINITY, attempt: 1 });
    } catch (error) {
      if (!SessionError.is(error) || error.retry === 'permanent') throw error;
      logger.warn({ session: handle.id, kind: error.kind }, 'poll failed; polling again later');
      return undefined;
    }
  }
}
