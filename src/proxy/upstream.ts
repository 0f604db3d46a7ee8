import type * as Grpc from '@grpc/grpc-js';
import type { Clock, Random } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import type { ConnectEndpoint } from '../contract/session-provider.ts';
import { raceAbort } from '../provider-kit/race-abort.ts';
import { sleep } from '../provider-kit/sleep.ts';
import type { FailureStreak, Line } from '../spark-connect/connect-attempt.ts';
import { CurrentChannel } from '../spark-connect/current-channel.ts';
import { REFRESH_MARGIN_MS } from '../spark-connect/refreshing-endpoint.ts';
import { isTokenRejected, pauseBeforeMs, retryLimit } from '../spark-connect/retry-policy.ts';
import type { RpcFailure } from '../spark-connect/rpc-failure.ts';
import type { ProxiedSession } from './session-source.ts';
import { SilenceWatch } from './silence-watch.ts';

/** A session that was killed must be noticed within ten seconds, so pauses between attempts are shorter than those of a statement. */
const LONGEST_PAUSE_MS = 2_000;

/** How many tokens in a row may expire before the server has answered. */
const EXPIRED_LIMIT = 8;

/** What an upstream needs. */
export interface UpstreamParts {
  readonly session: ProxiedSession;
  readonly grpc: typeof Grpc;
  readonly clock: Clock;
  readonly random: Random;
  /** Called for each token after the first one. */
  readonly onRenewed: () => void;
}

/** A session's server: one channel, and a token that is renewed when it is rejected. */
export class Upstream {
  readonly session: ProxiedSession;
  readonly clock: Clock;
  readonly random: Random;
  /** On the monotonic clock. */
  readonly sinceMs: number;
  /** Watches the calls to the server. */
  readonly silence: SilenceWatch;
  readonly #channel: CurrentChannel;
  readonly #onRenewed: () => void;
  #last: ConnectEndpoint | undefined;
  #ended: SessionError | undefined;

  constructor({ session, grpc, clock, random, onRenewed }: UpstreamParts) {
    this.session = session;
    this.clock = clock;
    this.random = random;
    this.sinceMs = clock.monotonicMs();
    this.#channel = new CurrentChannel({ handle: session.handle, grpc, clock, fresh: () => session.endpoint.get() });
    this.#onRenewed = onRenewed;
    this.silence = new SilenceWatch(clock, () => this.assertAlive());
  }

  get hasEnded(): boolean {
    return this.#ended !== undefined;
  }

  /** A channel, and a token that is valid now. @throws SessionError why there is none. */
  line(): Promise<Line> {
    return this.#lineFrom(() => this.session.endpoint.get());
  }

  /** The same with a token that stays valid for a while: for calls that cannot be repeated. @throws SessionError */
  async lastingLine(): Promise<Line> {
    const line = await this.line();
    return this.#isAboutToExpire(line) ? this.#renewed(line) : line;
  }

  /**
   * Decides about a failed call: returns when it can be repeated, after a pause or with another token.
   * @throws RpcFailure the failure, where repeating cannot help.
   * @throws SessionError why the session has ended, or why there is no other token.
   */
  async recover(failure: RpcFailure, streak: FailureStreak, line: Line, signal: AbortSignal): Promise<void> {
    if (this.#ended !== undefined) throw this.#ended;
    const isRejected = isTokenRejected(failure, this.#isAboutToExpire(line));
    if (failure.isSilence || failure.isRefusedTunnel) this.#channel.drop(line.channel);
    if (isRejected && !streak.renewed) {
      streak.renewed = true;
      await raceAbort(this.#renewed(line), signal, 'proxy');
      return;
    }
    // A token that has expired since it was requested says nothing about the next one.
    if (isRejected && line.endpoint.expiresAtMs <= this.clock.nowMs()) streak.renewed = false;
    streak.failures += 1;
    const limit = isRejected && !streak.renewed ? EXPIRED_LIMIT : retryLimit(failure);
    if (isRejected || (limit > 0 && streak.failures > 1)) await raceAbort(this.assertAlive(), signal, 'proxy');
    if (streak.failures > limit) throw failure;
    const pauseMs = Math.min(pauseBeforeMs(failure, streak.failures, this.random), LONGEST_PAUSE_MS);
    await sleep(this.clock, Math.max(pauseMs, failure.retryDelayMs ?? 0), signal);
  }

  /** @throws SessionError why the session has ended. */
  async assertAlive(): Promise<void> {
    // What the service cannot say now is no evidence.
    const ended = await this.session.ended().catch(() => undefined);
    if (ended === undefined) return;
    this.#ended = ended;
    throw ended;
  }

  close(): void {
    this.#channel.close();
  }

  #isAboutToExpire({ endpoint }: Line): boolean {
    return endpoint.expiresAtMs - this.clock.nowMs() < REFRESH_MARGIN_MS;
  }

  #renewed({ endpoint }: Line): Promise<Line> {
    return this.#lineFrom(() => this.session.endpoint.replace(endpoint));
  }

  async #lineFrom(get: () => Promise<ConnectEndpoint>): Promise<Line> {
    const endpoint = await get().catch(async (error: unknown) => {
      // A session without an endpoint may have ended, and its service knows why.
      if (SessionError.is(error)) await this.assertAlive();
      throw error;
    });
    if (this.#last !== undefined && this.#last !== endpoint) this.#onRenewed();
    this.#last = endpoint;
    return { endpoint, channel: this.#channel.to(endpoint) };
  }
}
