import type { CallContext } from '../contract/call-context.ts';
import type { ErrorKind } from '../contract/error-kinds.ts';
import type { Clock } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import { callbackController } from '../provider-kit/on-abort.ts';
import { longestPauseMs } from './poll-schedule.ts';
import type { Watched } from './watched.ts';

/** The call that completes a listed observation; `undefined` where the list says all. */
export type Complete<Seen> = (seen: Seen) => ((call: CallContext) => Promise<Seen>) | undefined;

/** So many states are completed at once: these calls share their rate with starts. */
const MOST_COMPLETIONS = 4;

/** After such an error the session is described instead, which ends the wait with the error or does without this call. */
const FOR_GOOD: ReadonlySet<ErrorKind> = new Set(['forbidden', 'unauthenticated', 'unsupported', 'unexpected']);

/**
 * Completes listed observations whose state another call reports (C-041): Athena's list does not tell whether a session has its
 * endpoint. A session is asked about at once when its list first shows it so, then at the longest pauses that its wait allows.
 */
export class Completer<Seen> {
  readonly #clock: Clock;
  readonly #complete: Complete<Seen> | undefined;
  readonly #queue = new Map<Watched<Seen>, (call: CallContext) => Promise<Seen>>();
  #running = 0;

  constructor(clock: Clock, complete: Complete<Seen> | undefined) {
    this.#clock = clock;
    this.#complete = complete;
  }

  complete(watched: Watched<Seen>, seen: Seen): void {
    const run = this.#complete?.(seen);
    if (run === undefined) this.#queue.delete(watched);
    else if (watched.completion === undefined && this.#clock.monotonicMs() >= watched.completionDueMs) {
      this.#queue.set(watched, run);
      this.#runNext();
    }
  }

  drop(watched: Watched<Seen>): void {
    this.#queue.delete(watched);
    watched.completion?.abort();
  }

  #runNext(): void {
    for (const [watched, run] of this.#queue) {
      if (this.#running >= MOST_COMPLETIONS) return;
      this.#queue.delete(watched);
      void this.#run(watched, run);
    }
  }

  async #run(watched: Watched<Seen>, run: (call: CallContext) => Promise<Seen>): Promise<void> {
    const call = callbackController();
    watched.completion = call;
    this.#running += 1;
    let seen: Seen | undefined;
    try {
      seen = await run(contextOf(call));
    } catch (error) {
      // Other failures are no news: the list shows the session again.
      if (SessionError.is(error) && FOR_GOOD.has(error.kind)) watched.isDescribed = true;
    }
    this.#running -= 1;
    watched.completion = undefined;
    watched.completionDueMs = this.#clock.monotonicMs() + longestPauseMs(watched.waitedMs);
    if (seen !== undefined) watched.show(seen);
    this.#runNext();
  }
}

/** A call of the poller: its time is limited by the layers. */
export function contextOf({ signal }: Pick<AbortController, 'signal'>): CallContext {
  return { signal, deadline: Number.POSITIVE_INFINITY, attempt: 1 };
}
