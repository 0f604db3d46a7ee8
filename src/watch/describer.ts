import type { CallContext } from '../contract/call-context.ts';
import type { Clock, Logger } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import { callbackController } from '../provider-kit/on-abort.ts';
import { contextOf } from './completer.ts';
import type { Watched } from './watched.ts';

/** So many sessions are described at once; more would fill the queue of the rate budget for others. */
const MOST_CALLS = 20;

/** What a describer needs. */
export interface DescriberPorts<Seen> {
  readonly provider: { describe(handle: SessionHandle, call: CallContext): Promise<Seen> };
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Describes watched sessions, each with its own call. A call that fails temporarily ends no wait. */
export class Describer<Seen> {
  /** How many sessions are described at once. */
  readonly most = MOST_CALLS;
  readonly #ports: DescriberPorts<Seen>;
  #calls = 0;

  constructor(ports: DescriberPorts<Seen>) {
    this.#ports = ports;
  }

  /** How many more sessions can be described now. */
  get free(): number {
    return MOST_CALLS - this.#calls;
  }

  /** Never rejects. @returns whether other sessions may have waited for this call to end. */
  async describe(watched: Watched<Seen>): Promise<boolean> {
    const { provider, clock, logger } = this.#ports;
    const { handle } = watched;
    const call = callbackController();
    watched.call = call;
    this.#calls += 1;
    const begunMs = clock.monotonicMs();
    try {
      watched.show(await provider.describe(handle, contextOf(call)));
    } catch (error) {
      if (!SessionError.is(error) || error.retry === 'permanent' || call.signal.aborted) watched.fail(error);
      else {
        logger.warn({ session: handle.id, kind: error.kind }, 'poll failed; polling again later');
        watched.pollFailed(error);
      }
    }
    watched.call = undefined;
    watched.polled(begunMs);
    const wasFull = this.free <= 0;
    this.#calls -= 1;
    return wasFull;
  }
}
