import type { Clock, Logger, Random } from '../contract/ports.ts';
import type { Observation } from '../contract/observation.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { CallContext } from '../contract/session-provider.ts';
import { sleep } from '../provider-kit/sleep.ts';
import type { Watcher } from '../contract/watcher.ts';
import { PollSchedule, type PollInterval, type Pollable } from './poll-schedule.ts';

/** Pauses are spread by up to this part of themselves, so that many waiters do not ask in step. */
const SPREAD = 0.1;

/** What can be looked at: a provider of sessions or of batches. */
export interface Watchable<Seen> {
  readonly capabilities: PollInterval;
  describe(handle: SessionHandle, call: CallContext): Promise<Seen>;
}

/** What a watcher needs. */
export interface PollingWatcherPorts<Seen = Observation> {
  readonly provider: Watchable<Seen>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/**
 * The simplest watcher: one describe per look, with pauses as its provider's capabilities plan them.
 * A look that fails for a while (after the layers' own retries) is only one look; the wait goes on until its consumer ends it.
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
      const seen = await this.#look(handle, signal);
      if (seen !== undefined) yield seen;
      if (seen?.final) return;
      await sleep(clock, plan.pauseAfter(seen) * (1 + SPREAD * random.next()), signal);
    }
  }

  async #look(handle: SessionHandle, signal: AbortSignal): Promise<Seen | undefined> {
    const { provider, logger } = this.#ports;
    try {
      return await provider.describe(handle, { signal, deadline: Number.POSITIVE_INFINITY, attempt: 1 });
    } catch (error) {
      if (!SessionError.is(error) || error.retry === 'permanent') throw error;
      logger.warn({ session: handle.id, kind: error.kind }, 'a look at the session failed; looking again later');
      return undefined;
    }
  }
}
