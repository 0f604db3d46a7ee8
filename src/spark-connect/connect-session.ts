import type {
  DescMessage,
  DescMethodServerStreaming,
  DescMethodUnary,
  MessageInitShape,
  MessageShape,
} from '@bufbuild/protobuf';
import type * as Grpc from '@grpc/grpc-js';
import type { Clock, Logger, Random } from '../contract/ports.ts';
import type { ConnectEndpoint } from '../contract/session-provider.ts';
import type { NativeError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import { RetryLog } from '../provider-kit/retry-log.ts';
import { sleep } from '../provider-kit/sleep.ts';
import { abortedError } from '../provider-kit/aborted-error.ts';
import { type FailedAttempt, type FailureStreak, type Line } from './connect-attempt.ts';
import type { AnswerStream, ConnectChannel } from './connect-channel.ts';
import { CurrentChannel } from './current-channel.ts';
import { nativeOf, sessionLostError, toSessionError, withDetails } from './failure-to-error.ts';
import { RefreshingEndpoint, REFRESH_MARGIN_MS } from './refreshing-endpoint.ts';
import { isTokenRejected, needsRecheck, pauseBeforeMs, retryLimit } from './retry-policy.ts';
import { nameOfStatus, RpcFailure } from './rpc-failure.ts';
import { SessionSentinel } from './session-sentinel.ts';
import { SessionSettings } from './session-settings.ts';
import { sparkSessionId, SPARK_USER_ID } from './spark-session-id.ts';
import { SparkConnectService } from './wire/spark-connect_pb.ts';
import { raceAbort } from '../provider-kit/race-abort.ts';

/** The timeout of one attempt of a unary call, milliseconds. A server that starts answers the first one after some seconds. */
const UNARY_TIMEOUT_MS = 20_000;

/** The timeout of one part of a stream before the client reattaches, milliseconds. Servers end it after two minutes. */
const STREAM_TIMEOUT_MS = 10 * 60_000;

/** How long an error is delayed while its details are fetched, milliseconds. */
const DETAILS_TIMEOUT_MS = 5_000;

/** Names the client in the server's log. */
const CLIENT_TYPE = 'anysession';

/** What every request begins with. */
export interface RequestBase {
  readonly sessionId: string;
  readonly userContext: { readonly userId: string };
  readonly clientType: string;
}

/** What the client of a session needs. */
export interface ConnectSessionParts {
  readonly handle: SessionHandle;
  readonly ask: () => Promise<ConnectEndpoint>;
  readonly grpc: typeof Grpc;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** The client of one Spark session: its channel, its refreshed token and the server's name for the session. */
export class ConnectSession {
  readonly handle: SessionHandle;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings = new SessionSettings((...call) => this.unary(SparkConnectService.method.config, ...call));
  readonly #endpoint: RefreshingEndpoint;
  readonly #sentinel: SessionSentinel;
  readonly #channel: CurrentChannel;
  readonly #retryLog: RetryLog;
  readonly #ownSessionId: string;
  #serverSideSessionId: string | undefined;
  #version: Promise<string> | undefined;

  constructor(parts: ConnectSessionParts) {
    this.handle = parts.handle;
    this.#ownSessionId = sparkSessionId(parts.handle);
    this.clock = parts.clock;
    this.random = parts.random;
    this.#retryLog = new RetryLog(parts.clock, parts.logger);
    this.#endpoint = new RefreshingEndpoint(parts);
    this.#channel = new CurrentChannel({ ...parts, fresh: () => this.#endpoint.get() });
    this.#sentinel = new SessionSentinel({ ...parts, settings: this.settings });
  }

  /** An endpoint whose token is valid now. */
  endpoint(): Promise<ConnectEndpoint> {
    return this.#endpoint.get();
  }

  async requestBase(): Promise<RequestBase> {
    const { sessionId, userId } = await this.#endpoint.get();
    return {
      sessionId: sessionId ?? this.#ownSessionId,
      userContext: { userId: userId ?? SPARK_USER_ID },
      clientType: CLIENT_TYPE,
    };
  }

  /** The server's Spark version, such as `4.1.4` or `3.5.6-amzn-2`. Requested once. */
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

  /** The server's own name for the session, if known. It is sent back, so that the server detects a change too. */
  get observed(): { readonly clientObservedServerSideSessionId?: string } {
    return this.#serverSideSessionId === undefined
      ? {}
      : { clientObservedServerSideSessionId: this.#serverSideSessionId };
  }

  /**
   * Notes the server's name for the session. Spark 3.5 has none, and Sail repeats ours, so a sentinel is used for them.
   * @throws SessionError `session-failed` when it has changed, because the driver was restarted and the session is lost.
   */
  observe(serverSideSessionId: string, { sessionId, channel }: { sessionId: string; channel: ConnectChannel }): void {
    if (serverSideSessionId === '' || serverSideSessionId === sessionId) {
      this.#sentinel.answered(channel);
      return;
    }
    this.#serverSideSessionId ??= serverSideSessionId;
    if (this.#serverSideSessionId === serverSideSessionId) return;
    throw sessionLostError(this.handle, 'its server was restarted');
  }

  /** @throws SessionError `session-failed` when a server has silently lost the session. */
  async assertKept(channel: ConnectChannel, signal: AbortSignal): Promise<void> {
    if (await this.#sentinel.isKept(channel, signal)) return;
    throw sessionLostError(this.handle, 'its server opened a new one with the same id');
  }

  /** Makes one call with one answer, with retries. @throws SessionError */
  async unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
    signal: AbortSignal,
  ): Promise<MessageShape<O>> {
    const base = await this.requestBase();
    const streak: FailureStreak = { failures: 0, renewed: false };
    for (;;) {
      const line = await raceAbort(this.line(), signal, 'execute');
      try {
        const options = { metadata: line.endpoint.metadata, timeoutMs: UNARY_TIMEOUT_MS };
        const call = line.channel.unary(method, { ...base, ...request }, options);
        return await raceAbort(call, signal, 'execute');
      } catch (error) {
        if (!(error instanceof RpcFailure)) throw error;
        await this.recover(error, streak, { line, signal, mayHaveRun: false });
      }
    }
  }

  /** Makes one call with one answer, without retries. @throws RpcFailure, SessionError */
  async attempt<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
    timeoutMs: number,
  ): Promise<MessageShape<O>> {
    const base = await this.requestBase();
    const { channel, endpoint } = await this.line();
    return channel.unary(method, { ...base, ...request }, { metadata: endpoint.metadata, timeoutMs });
  }

  /** Opens one stream of answers. */
  openStream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodServerStreaming<I, O>,
    request: MessageInitShape<I>,
    { endpoint, channel }: Line,
  ): AnswerStream<MessageShape<O>> {
    return channel.stream(method, request, { metadata: endpoint.metadata, timeoutMs: STREAM_TIMEOUT_MS });
  }

  /** A channel and a token for the next attempt. @throws SessionError the cloud's error when it gives no token. */
  async line(): Promise<Line> {
    const endpoint = await this.#endpoint.get();
    return { endpoint, channel: this.#channel.to(endpoint) };
  }

  /**
   * Decides about a failed call: returns when it can be retried, after a pause or with another token.
   * @param streak - counts the failures since the last answer
   * @throws SessionError when a retry cannot help.
   */
  async recover(
    failure: RpcFailure,
    streak: FailureStreak,
    { line, signal, mayHaveRun }: FailedAttempt,
  ): Promise<void> {
    if (signal.aborted) throw abortedError('execute', signal);
    if (failure.isSilence || failure.isRefusedTunnel) this.#channel.drop(line.channel);
    const isAboutToExpire = line.endpoint.expiresAtMs - this.clock.nowMs() < REFRESH_MARGIN_MS;
    if (isTokenRejected(failure, isAboutToExpire) && !streak.renewed) {
      streak.renewed = true;
      await this.#endpoint.replace(line.endpoint);
      return;
    }
    streak.failures += 1;
    if (needsRecheck(failure, streak.failures)) await this.#endpoint.recheck(line.endpoint);
    if (streak.failures > retryLimit(failure)) {
      throw toSessionError(failure, {
        handle: this.handle,
        address: line.channel.address,
        mayHaveRun,
        native: await this.#explain(failure),
      });
    }
    const delayMs = pauseBeforeMs(failure, streak.failures, this.random);
    this.#retryLog.retried(
      { operation: 'execute', kind: nameOfStatus(failure.code), attempt: streak.failures, delayMs },
      { session: this.handle.id, address: line.channel.address },
    );
    await sleep(this.clock, delayMs, signal);
  }

  /** Closes the connection. The next call opens another one. */
  close(): void {
    this.#channel.close();
  }

  /** Adds the details that the server keeps about its error. Spark 3.5 and Sail keep none. */
  async #explain(failure: RpcFailure): Promise<NativeError> {
    const native = nativeOf(failure);
    const errorId = failure.spark?.errorId;
    if (errorId === undefined) return native;
    try {
      const { fetchErrorDetails } = SparkConnectService.method;
      const details = await this.attempt(fetchErrorDetails, { errorId }, DETAILS_TIMEOUT_MS);
      const { channel } = await this.line();
      return channel.conceal(withDetails(native, details));
    } catch {
      // The error itself matters more than its details.
      return native;
    }
  }
}
