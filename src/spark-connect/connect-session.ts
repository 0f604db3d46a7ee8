import type {
  DescMessage,
  DescMethodServerStreaming,
  DescMethodUnary,
  MessageInitShape,
  MessageShape,
} from '@bufbuild/protobuf';
import type { Clock, Logger, Random } from '../contract/ports.ts';
import type { ConnectEndpoint } from '../contract/session-provider.ts';
import type { NativeError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import { sleep } from '../provider-kit/sleep.ts';
import { abortedError } from '../provider-kit/aborted-error.ts';
import { type FailedAttempt, type FailureStreak, type Line } from './connect-attempt.ts';
import { ConnectChannel, type AnswerStream, type ConnectAddress } from './connect-channel.ts';
import { nativeOf, sessionLostError, toSessionError, withDetails } from './failure-to-error.ts';
import { RefreshingEndpoint, RENEWAL_MARGIN_MS } from './refreshing-endpoint.ts';
import type { Grpc } from './load-grpc.ts';
import { isAwayForLong, isTokenRefused, pauseBeforeMs, retryLimit } from './retry-policy.ts';
import { RpcFailure } from './rpc-failure.ts';
import { SessionSentinel } from './session-sentinel.ts';
import { SessionSettings } from './session-settings.ts';
import { sparkSessionId, SPARK_USER_ID } from './spark-session-id.ts';
import { SparkConnectService } from './wire/spark-connect_pb.ts';
import { raceAbort } from '../provider-kit/race-abort.ts';

/** How long one unary call may take, milliseconds. */
const UNARY_TIMEOUT_MS = 60_000;

/** How long one part of a stream may take before it is attached again, milliseconds; servers end it after two minutes themselves. */
const STREAM_TIMEOUT_MS = 10 * 60_000;

/** An error is not held back for longer than this while its details are fetched, milliseconds. */
const DETAILS_TIMEOUT_MS = 5_000;

/** Tells the server's logs who calls. */
const CLIENT_TYPE = 'anysession';

/** What every request names. */
export interface RequestBase {
  readonly sessionId: string;
  readonly userContext: { readonly userId: string };
  readonly clientType: string;
}

/** What a session's client is made of. */
export interface ConnectSessionParts {
  readonly handle: SessionHandle;
  readonly ask: () => Promise<ConnectEndpoint>;
  readonly grpc: Grpc;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** The Spark session that belongs to one session of ours: its channel, its living token, and what its server calls itself. */
export class ConnectSession {
  readonly handle: SessionHandle;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings = new SessionSettings((...call) => this.unary(SparkConnectService.method.config, ...call));
  readonly #parts: ConnectSessionParts;
  readonly #endpoint: RefreshingEndpoint;
  readonly #mark: SessionSentinel;
  #channel: { readonly address: ConnectAddress; readonly channel: ConnectChannel } | undefined;
  #serverSideSessionId: string | undefined;
  #version: Promise<string> | undefined;

  constructor(parts: ConnectSessionParts) {
    this.#parts = parts;
    this.handle = parts.handle;
    this.clock = parts.clock;
    this.random = parts.random;
    this.#endpoint = new RefreshingEndpoint(parts);
    this.#mark = new SessionSentinel({ ...parts, settings: this.settings });
  }

  /** An endpoint whose token is accepted now. */
  endpoint(): Promise<ConnectEndpoint> {
    return this.#endpoint.get();
  }

  /** What every request begins with. */
  async requestBase(): Promise<RequestBase> {
    const { sessionId, userId } = await this.#endpoint.get();
    return {
      sessionId: sessionId ?? sparkSessionId(this.handle),
      userContext: { userId: userId ?? SPARK_USER_ID },
      clientType: CLIENT_TYPE,
    };
  }

  /** The version of the server's Spark, such as `4.1.4` or `3.5.6-amzn-2`; asked for once. */
  async sparkVersion(signal: AbortSignal): Promise<string> {
    this.#version ??= this.unary(
      SparkConnectService.method.analyzePlan,
      { analyze: { case: 'sparkVersion', value: {} } },
      signal,
    ).then(({ result }) => (result.case === 'sparkVersion' ? result.value.version : ''));
    try {
      return await this.#version;
    } catch (error) {
      this.#version = undefined;
      throw error;
    }
  }

  /** What is known of the server's own name for the session; it is sent back, so that the server notices a change too. */
  get observed(): { readonly clientObservedServerSideSessionId?: string } {
    return this.#serverSideSessionId === undefined
      ? {}
      : { clientObservedServerSideSessionId: this.#serverSideSessionId };
  }

  /**
   * Takes note of the server's name for the session; Spark 3.5 has none, and Sail repeats ours, which tells nothing.
   * @throws SessionError `session-failed` when it has changed: the driver was restarted and nothing of the session is left.
   */
  observe(serverSideSessionId: string, { sessionId, channel }: { sessionId: string; channel: ConnectChannel }): void {
    if (serverSideSessionId === '' || serverSideSessionId === sessionId) {
      this.#mark.heard(channel);
      return;
    }
    this.#serverSideSessionId ??= serverSideSessionId;
    if (this.#serverSideSessionId !== serverSideSessionId)
      throw sessionLostError(this.handle, 'its server was restarted');
  }

  /** @throws SessionError `session-failed` when a server that does not say so has lost the session. */
  async assertKept(channel: ConnectChannel, signal: AbortSignal): Promise<void> {
    if (!(await this.#mark.isKept(channel, signal)))
      throw sessionLostError(this.handle, 'its server has begun a new one under its id');
  }

  /** Makes one call with one answer, again where that can help. @throws SessionError */
  async unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
    signal: AbortSignal,
  ): Promise<MessageShape<O>> {
    const base = await this.requestBase();
    return this.persist(signal, false, async (metadata, channel) =>
      channel.unary(method, { ...base, ...request }, { metadata, timeoutMs: UNARY_TIMEOUT_MS }),
    );
  }

  /** Makes one call with one answer, once and as it is. @throws RpcFailure, SessionError */
  async attempt<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
    timeoutMs: number,
  ): Promise<MessageShape<O>> {
    const base = await this.requestBase();
    const endpoint = await this.#endpoint.get();
    return this.#channelTo(endpoint).unary(method, { ...base, ...request }, { metadata: endpoint.metadata, timeoutMs });
  }

  /** Opens one stream of answers. */
  openStream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodServerStreaming<I, O>,
    request: MessageInitShape<I>,
    { metadata, channel }: Line,
  ): AnswerStream<MessageShape<O>> {
    return channel.stream(method, request, { metadata, timeoutMs: STREAM_TIMEOUT_MS });
  }

  /** A channel and a token for the next attempt. @throws SessionError what the cloud refuses a token with. */
  async line(): Promise<Line> {
    const endpoint = await this.#endpoint.get();
    return { endpoint, metadata: endpoint.metadata, channel: this.#channelTo(endpoint) };
  }

  /**
   * Makes up its mind about a call that failed: returns when it may be made again, after a pause or with another token.
   * @param streak - counts the failures since the last answer.
   * @throws SessionError when trying again cannot help.
   */
  async recover(
    failure: RpcFailure,
    streak: FailureStreak,
    { line, signal, mayHaveRun }: FailedAttempt,
  ): Promise<void> {
    if (signal.aborted) throw abortedError('execute', signal);
    const nearEnd = line.endpoint.expiresAtMs - this.clock.nowMs() < RENEWAL_MARGIN_MS;
    if (isTokenRefused(failure, nearEnd) && !streak.renewed) {
      streak.renewed = true;
      await this.#endpoint.replace(line.endpoint);
      return;
    }
    streak.failures += 1;
    if (isAwayForLong(failure, streak.failures)) await this.#endpoint.recheck(line.endpoint);
    if (streak.failures > retryLimit(failure)) {
      throw toSessionError(failure, { handle: this.handle, mayHaveRun, native: await this.#explain(failure) });
    }
    await sleep(this.clock, pauseBeforeMs(failure, streak.failures, this.random), signal);
  }

  /** Lets go of the connection; the next call opens another one. */
  close(): void {
    this.#channel?.channel.close();
    this.#channel = undefined;
  }

  /** Makes a call until it succeeds or trying again cannot help. */
  async persist<Answer>(
    signal: AbortSignal,
    mayHaveRun: boolean,
    run: (metadata: Line['metadata'], channel: ConnectChannel) => Promise<Answer>,
  ): Promise<Answer> {
    const streak: FailureStreak = { failures: 0, renewed: false };
    for (;;) {
      const line = await raceAbort(this.line(), signal, 'execute');
      try {
        return await raceAbort(run(line.metadata, line.channel), signal, 'execute');
      } catch (error) {
        if (!(error instanceof RpcFailure)) throw error;
        await this.recover(error, streak, { line, signal, mayHaveRun });
      }
    }
  }

  /** What the server still knows of its error; 3.5 and Sail keep nothing. */
  async #explain(failure: RpcFailure): Promise<NativeError> {
    const native = nativeOf(failure);
    const errorId = failure.spark?.errorId;
    if (errorId === undefined) return native;
    try {
      const { fetchErrorDetails } = SparkConnectService.method;
      const details = await this.attempt(fetchErrorDetails, { errorId }, DETAILS_TIMEOUT_MS);
      return withDetails(native, details);
    } catch {
      // The error itself is worth more than what could be said about it.
      return native;
    }
  }

  #channelTo(endpoint: ConnectEndpoint): ConnectChannel {
    const { host, port, tls } = endpoint;
    const known = this.#channel;
    const { address } = known ?? {};
    if (known !== undefined && address?.host === host && address.port === port && address.tls === tls) {
      return known.channel;
    }
    known?.channel.close();
    const { grpc, clock } = this.#parts;
    const channel = new ConnectChannel(grpc, clock, { host, port, tls });
    this.#channel = { address: { host, port, tls }, channel };
    return channel;
  }
}
