import type { Clock, Logger, Random } from '../contract/ports.ts';
import type { Observation } from '../contract/observation.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { CallContext } from '../contract/call-context.ts';
import { sleep, TIMER_EARLINESS_MS } from '../provider-kit/sleep.ts';
import type { Watcher, WatchOptions } from '../contract/watcher.ts';
import { PollSchedule, type PollInterval } from './poll-schedule.ts';

/** Jitter: pauses shrink by up to this fraction, so that many waiters do not poll in step. */
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
export class PollingWatcher<Seen extends { readonly final: boolean } = Observation> implements Watcher<Seen> {
  readonly #ports: PollingWatcherPorts<Seen>;

  constructor(ports: PollingWatcherPorts<Seen>) {
    this.#ports = ports;
  }

  async *watch(
    handle: SessionHandle,
    signal: AbortSignal,
    { untilMs = Number.POSITIVE_INFINITY, seenMsAgo, onFailedPoll }: WatchOptions = {},
  ): AsyncGenerator<Seen, void, undefined> {
    const { provider, clock, random } = this.#ports;
    const schedule = new PollSchedule(provider.capabilities);
    const startedMs = clock.monotonicMs();
    const pause = async (passedMs = 0): Promise<void> => {
      const nowMs = clock.monotonicMs();
      const pauseMs = schedule.nextPause(nowMs - startedMs) * (1 - JITTER * random.next()) - passedMs;
      await sleep(clock, Math.max(0, Math.min(pauseMs, untilMs - nowMs)), signal);
    };
    if (seenMsAgo !== undefined) await pause(seenMsAgo);
    for (;;) {
      const seen = await this.#describe(handle, signal, onFailedPoll);
      if (seen !== undefined) yield seen;
      if (seen?.final || clock.monotonicMs() >= untilMs - TIMER_EARLINESS_MS) return;
      await pause();
    }
  }

  async #describe(
    handle: SessionHandle,
    signal: AbortSignal,
    onFailedPoll: WatchOptions['onFailedPoll'],
  ): Promise<Seen | undefined> {
    const { provider, logger } = this.#ports;
    try {
      return await provider.describe(handle, { signal, deadline: Number.POSITIVE_INFINITY, attempt: 1 });
    } catch (error) {
      if (!SessionError.is(error) || error.retry === 'permanent' || signal.aborted) throw error;
      logger.warn({ session: handle.id, kind: error.kind }, 'poll failed; polling again later');
      onFailedPoll?.(error);
      return undefined;
    }
  }
}
