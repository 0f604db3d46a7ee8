import type * as Grpc from '@grpc/grpc-js';
import type { Clock, Random } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import { raceAbort } from '../provider-kit/race-abort.ts';
import { signalWithTimeout } from '../provider-kit/signal-with-timeout.ts';
import type { ProxyCounters } from './proxy-counters.ts';
import type { ProxiedSession, ProxyClient, SessionSource } from './session-source.ts';
import { Upstream } from './upstream.ts';

/** How long a call waits whose client has waited for the whole time before, milliseconds: enough for a token of a session that is ready now. */
const RETRY_WAIT_MS = 2_000;

/** How many waiting clients are remembered. */
const MOST_WAITING = 1_000;

/** What {@link ReadySessions} need. */
export interface ReadySessionsParts {
  readonly source: SessionSource;
  readonly startTimeoutMs: number;
  readonly grpc: typeof Grpc;
  readonly clock: Clock;
  readonly random: Random;
  readonly counters: ProxyCounters;
}

/** The sessions of the clients, each with one channel. */
export class ReadySessions {
  readonly #parts: ReadySessionsParts;
  readonly #upstreams = new Map<ProxiedSession, Upstream>();
  /** Since when clients wait for a session that is not ready, on the monotonic clock. */
  readonly #waitingSinceMs = new Map<string, number>();

  constructor(parts: ReadySessionsParts) {
    this.#parts = parts;
  }

  /** The server of a client's session, when it is ready. @throws SessionError why it is not. */
  async get(client: ProxyClient, { signal: clientSignal }: { readonly signal: AbortSignal }): Promise<Upstream> {
    const { source, startTimeoutMs, clock, counters } = this.#parts;
    const timeoutError = (): SessionError => notReadyError(source.state?.(client), startTimeoutMs);
    // From the first call on: a client that retries does not wait for as long again.
    const nowMs = clock.monotonicMs();
    const sinceMs = this.#waitingSinceMs.get(keyOf(client)) ?? nowMs;
    if (this.#waitingSinceMs.size > MOST_WAITING) this.#waitingSinceMs.clear();
    this.#waitingSinceMs.set(keyOf(client), sinceMs);
    const timeoutMs = Math.max(Math.min(RETRY_WAIT_MS, startTimeoutMs), sinceMs + startTimeoutMs - nowMs);
    const limits = { signal: clientSignal, timeoutMs, operation: 'proxy', timeoutError };
    const { signal, release } = signalWithTimeout(clock, limits);
    counters.waitingCalls += 1;
    try {
      const session = await raceAbort(source.get(client, signal), signal, 'proxy');
      this.#waitingSinceMs.delete(keyOf(client));
      return this.#upstreamOf(session);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      this.#waitingSinceMs.delete(keyOf(client));
      throw error;
    } finally {
      counters.waitingCalls -= 1;
      release();
    }
  }

  /** A call of the client has ended. */
  release(client: ProxyClient): void {
    this.#parts.source.release?.(client);
  }

  /** The sessions so far, for measurements. */
  list(): readonly { readonly id: string; readonly hasEnded: boolean; readonly ageMs: number }[] {
    const nowMs = this.#parts.clock.monotonicMs();
    return [...this.#upstreams.values()].map(({ session, hasEnded, sinceMs }) => ({
      id: session.handle.id,
      hasEnded,
      ageMs: nowMs - sinceMs,
    }));
  }

  close(): void {
    for (const upstream of this.#upstreams.values()) upstream.close();
    this.#upstreams.clear();
  }

  #upstreamOf(session: ProxiedSession): Upstream {
    const { grpc, clock, random, counters } = this.#parts;
    let upstream = this.#upstreams.get(session);
    if (upstream === undefined) {
      this.#dropReleased();
      const onRenewed = (): void => void (counters.tokensRenewed += 1);
      upstream = new Upstream({ session, grpc, clock, random, onRenewed });
      this.#upstreams.set(session, upstream);
    }
    return upstream;
  }

  #dropReleased(): void {
    for (const [session, upstream] of this.#upstreams) {
      if (session.isReleased !== true) continue;
      upstream.close();
      this.#upstreams.delete(session);
    }
  }
}

function keyOf({ userId, sessionId }: ProxyClient): string {
  return `${userId}\0${sessionId}`;
}

function notReadyError(state: string | undefined, timeoutMs: number): SessionError {
  const is = state === undefined ? 'is not ready' : `is still ${state}`;
  return new SessionError('timeout', `the session ${is} after ${timeoutMs} ms`, {
    operation: 'proxy',
    advice: 'Raise `startTimeoutMs` (--start-timeout), or see why it does not start: anysession describe.',
  });
}
