import { raceAbort } from '../provider-kit/race-abort.ts';
import type { FailureStreak, Line } from '../spark-connect/connect-attempt.ts';
import {
  isKnownOperation,
  isUnknownOperation,
  mayHaveArrived,
  mayHaveBeenRead,
  RELEASE_EVERY,
} from '../spark-connect/reattach-rules.ts';
import { RpcFailure } from '../spark-connect/rpc-failure.ts';
import { StreamLimit } from '../spark-connect/stream-limit.ts';
import type { ProxyStatus } from './proxy-status.ts';
import { endOf, openCall, recoverOrThrow, type OpenCall, type Relayed } from './relay.ts';
import { asReattachable, readAnswer, reattachRequest, type ExecutionRequest } from './requests.ts';
import { releaseOperation, stopOperation } from './stop-operation.ts';

/** The method that continues a stream. */
export const REATTACH_PATH = '/spark.connect.SparkConnectService/ReattachExecute';

/** With this error class a server says that it ran the operation as one stream. */
const NOT_REATTACHABLE = 'INVALID_CURSOR.NOT_REATTACHABLE';

/**
 * The pause before the proxy reattaches to a stream that broke, milliseconds. Sail 0.7.2 loses answers to a stream whose end it has not
 * seen yet: almost always without a pause, rarely with this one, and so also for PySpark without a proxy (seen 2026-11-30). Spark 3.5.7 does not.
 */
const REATTACH_PAUSE_MS = 100;

/** A client's call for results. */
export interface Execution extends ExecutionRequest {
  readonly relayed: Relayed;
  /** The ExecutePlan; absent for a client that reattaches. */
  readonly plan: Uint8Array | undefined;
  readonly onReattach: () => void;
}

/**
 * One call for results. Its answers reach the client as one stream, however often the server's stream breaks: the proxy
 * reattaches after the last answer. For a client that cannot reattach it also releases, and stops the operation when the client leaves.
 */
export class ExecutionRelay {
  readonly #execution: Execution;
  readonly #streak: FailureStreak = { failures: 0, renewed: false };
  readonly #streams: StreamLimit;
  #lastResponseId: string | undefined;
  /** Whether the server has the operation, so that the next stream reattaches. */
  #known: boolean;
  #sent = false;
  #breaksBefore = 0;
  #unreleased = 0;
  #opened = 0;
  #isComplete = false;

  constructor(execution: Execution) {
    this.#execution = execution;
    this.#streams = new StreamLimit(execution.relayed.upstream);
    this.#lastResponseId = execution.lastResponseId;
    this.#known = execution.plan === undefined;
  }

  /** Passes all answers on. @throws RpcFailure, SessionError what the client gets instead of an end. */
  async run(): Promise<ProxyStatus> {
    const { relayed, reattaches } = this.#execution;
    const { signal } = relayed.call;
    try {
      for (;;) {
        const line = await raceAbort(relayed.upstream.line(), signal, 'proxy');
        const open = this.#open(line);
        try {
          await this.#passOn(open);
          if (this.#isComplete) return endOf(open);
          await this.#streams.ended(line.channel.address, signal);
        } catch (error) {
          if (this.#isOneStream(error)) return endOf(open);
          await this.#recover(error, open);
        } finally {
          open.release();
        }
      }
    } finally {
      if (!reattaches && this.#sent) void this.#leave();
    }
  }

  #open(line: Line): OpenCall {
    const { relayed, operation, plan, reattaches, onReattach } = this.#execution;
    this.#streams.opened();
    this.#opened += 1;
    const isPlan = plan !== undefined && !this.#known;
    if (!isPlan && this.#opened > 1) onReattach();
    const request = isPlan
      ? reattaches
        ? plan
        : asReattachable(plan, operation)
      : reattachRequest(operation, this.#lastResponseId);
    if (isPlan) this.#breaksBefore = line.channel.breaks;
    this.#sent = true;
    const open = openCall(relayed, line, isPlan ? relayed.call.path : REATTACH_PATH);
    void open.stream.send(relayed.ids.toServer(request));
    open.stream.halfClose();
    return open;
  }

  async #passOn({ stream }: OpenCall): Promise<void> {
    const { relayed, reattaches } = this.#execution;
    const { call, ids } = relayed;
    let next = stream.next();
    for (let answer = await next; answer !== undefined; answer = await next) {
      // The next answer travels while the client takes this one. Its failure is read when it is awaited.
      next = stream.next();
      next.catch(() => {});
      const isForClient = this.#accept(answer);
      if (isForClient || reattaches) await call.write(ids.toClient('ExecutePlan', answer), stream.headers);
    }
  }

  /** Notes an answer. Returns `false` for the mark of the end. */
  #accept(answer: Uint8Array): boolean {
    const { relayed, operation, reattaches } = this.#execution;
    const { responseId, isComplete } = readAnswer(answer);
    relayed.upstream.silence.heard();
    this.#known = true;
    this.#streak.failures = 0;
    this.#streak.renewed = false;
    if (responseId !== undefined && responseId !== this.#lastResponseId) {
      this.#lastResponseId = responseId;
      this.#streams.progressed();
      this.#unreleased += 1;
    }
    this.#isComplete ||= isComplete;
    if (!reattaches && !isComplete && this.#unreleased >= RELEASE_EVERY) {
      this.#unreleased = 0;
      void releaseOperation(relayed, operation, this.#lastResponseId);
    }
    return !isComplete;
  }

  async #recover(error: unknown, open: OpenCall): Promise<void> {
    const { relayed, plan, lastResponseId } = this.#execution;
    const { signal } = relayed.call;
    const { channel } = open.line;
    if (error instanceof RpcFailure && !signal.aborted && plan !== undefined) {
      if (isKnownOperation(error) && !this.#known) {
        this.#known = true;
        return;
      }
      if (isUnknownOperation(error) && this.#known && this.#lastResponseId === lastResponseId) {
        // There was no answer yet, so the request did not arrive.
        this.#known = false;
        return this.#streams.ended(channel.address, signal);
      }
    }
    const hasArrived = this.#known || mayHaveArrived(channel, this.#breaksBefore);
    await recoverOrThrow(relayed, open, error, this.#streak);
    // The request may have arrived, and not every server detects a second one. So try to reattach first.
    if (!(error instanceof RpcFailure) || !mayHaveBeenRead(error)) return;
    if (hasArrived || mayHaveArrived(channel, this.#breaksBefore)) this.#known = true;
    if (this.#known) await raceAbort(this.#pause(), signal, 'proxy');
  }

  /** Lets the server see the end of the broken stream. */
  #pause(): Promise<void> {
    const { clock } = this.#execution.relayed.upstream;
    return new Promise((resolve) => clock.schedule(REATTACH_PAUSE_MS, resolve, 'background'));
  }

  /** Whether the server does not reattach at all, so that the end of its stream was the end of the result. */
  #isOneStream(error: unknown): boolean {
    return error instanceof RpcFailure && error.errorClass === NOT_REATTACHABLE && !this.#execution.reattaches;
  }

  /** The client gets no more answers, so the server need not keep them. */
  async #leave(): Promise<void> {
    const { relayed, operation } = this.#execution;
    if (relayed.call.signal.aborted && !this.#isComplete) await stopOperation(relayed, operation);
    else await releaseOperation(relayed, operation);
  }
}
