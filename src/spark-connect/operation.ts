import type { Span } from '../contract/ports.ts';
import { abortedError } from '../provider-kit/aborted-error.ts';
import { raceAbort } from '../provider-kit/race-abort.ts';
import { type FailureStreak, type Line } from './connect-attempt.ts';
import { type ConnectSession, type RequestBase } from './connect-session.ts';
import { sessionLostError } from './failure-to-error.ts';
import { nextAnswer, type OpenStream } from './next-answer.ts';
import {
  isKnownOperation,
  isUnknownOperation,
  mayHaveArrived,
  mayHaveBeenRead,
  RELEASE_EVERY,
} from './reattach-rules.ts';
import { nameOfStatus, RpcFailure, STATUS } from './rpc-failure.ts';
import { asUuid } from './spark-session-id.ts';
import { releaseOperation, stopOperation } from './stop-operation.ts';
import { StreamLimit } from './stream-limit.ts';
import { SparkConnectService, type ExecutePlanResponse, type Plan } from './wire/spark-connect_pb.ts';

/**
 * One execution of one plan. Its answers arrive as one sequence, however often their stream breaks: the client reattaches
 * after the last answer, under the same id, so that nothing runs twice.
 * @see https://github.com/apache/spark/blob/master/python/pyspark/sql/connect/client/reattach.py (read 2026-11-20)
 */
export class Operation {
  readonly id: string;
  readonly #session: ConnectSession;
  readonly #plan: Plan;
  readonly #signal: AbortSignal;
  readonly #span: Span | undefined;
  readonly #streak: FailureStreak = { failures: 0, renewed: false };
  #base: RequestBase | undefined;
  #stream: OpenStream<ExecutePlanResponse> | undefined;
  #lastResponseId: string | undefined;
  #sent = false;
  /** The channel's count when the request was sent. Without an open connection since, it cannot have arrived. */
  #breaksBefore = 0;
  /** Whether the server has the operation, so that the next stream reattaches. */
  #known = false;
  #unreleased = 0;
  readonly #streams: StreamLimit;
  #end: 'complete' | 'failed' | 'stopped' | undefined;

  constructor(session: ConnectSession, plan: Plan, { signal, span }: { signal: AbortSignal; span: Span | undefined }) {
    this.#session = session;
    this.#plan = plan;
    this.#signal = signal;
    this.#span = span;
    this.#streams = new StreamLimit(session);
    this.id = asUuid(session.random.hex(32));
  }

  /** The next answer, or `undefined` after the last one. @throws SessionError */
  async next(): Promise<ExecutePlanResponse | undefined> {
    while (this.#end === undefined) {
      try {
        const stream = (this.#stream ??= await this.#open());
        const answer = await raceAbort(nextAnswer(this.#session, stream, this.#signal), this.#signal, 'execute');
        if (answer !== undefined) {
          if (this.#accept(answer, stream.line)) return answer;
          continue;
        }
        // Servers end a stream after two minutes or one gibibyte. The next stream continues.
        this.#stream = undefined;
        await this.#streams.ended(stream.line.channel.address, this.#signal);
      } catch (error) {
        // The stream stays open, so that `stop` sees its end.
        if (this.#signal.aborted) throw abortedError('execute', this.#signal);
        const line = this.#stream?.line;
        this.#stream = undefined;
        if (!(error instanceof RpcFailure) || line === undefined) throw this.#failed(error);
        await this.#recover(error, line).catch((final: unknown) => {
          throw this.#failed(final);
        });
      }
    }
    return undefined;
  }

  /** Makes the server stop and release the operation. */
  async stop(): Promise<void> {
    const wasOpen = this.#end === undefined;
    this.#end ??= 'stopped';
    const stream = this.#stream;
    this.#stream = undefined;
    if (!wasOpen || !this.#sent) return;
    await stopOperation(this.#session, this.id, stream?.answers);
  }

  async #open(): Promise<OpenStream<ExecutePlanResponse>> {
    const session = this.#session;
    const base = (this.#base ??= await raceAbort(session.requestBase(), this.#signal, 'execute'));
    const line = await raceAbort(session.line(), this.#signal, 'execute');
    const { executePlan, reattachExecute } = SparkConnectService.method;
    const shared = { ...base, ...session.observed, operationId: this.id };
    this.#streams.opened();
    if (this.#known) {
      this.#span?.event('reattach');
      const last = this.#lastResponseId === undefined ? {} : { lastResponseId: this.#lastResponseId };
      return { line, answers: session.openStream(reattachExecute, { ...shared, ...last }, line) };
    }
    await raceAbort(session.assertKept(line.channel, this.#signal), this.#signal, 'execute');
    this.#sent = true;
    this.#breaksBefore = line.channel.breaks;
    const request = { ...shared, plan: this.#plan, requestOptions: REQUEST_OPTIONS };
    return { line, answers: session.openStream(executePlan, request, line) };
  }

  /** Notes an answer. Returns `false` when it holds nothing for the reader. */
  #accept(answer: ExecutePlanResponse, { channel }: Line): boolean {
    this.#known = true;
    this.#streak.failures = 0;
    this.#streak.renewed = false;
    this.#session.observe(answer.serverSideSessionId, { sessionId: answer.sessionId, channel });
    // An empty message is a heartbeat, and a report of progress may be repeated: neither is a step towards the end.
    if (answer.responseId !== '' && answer.responseId !== this.#lastResponseId) {
      this.#lastResponseId = answer.responseId;
      this.#streams.progressed();
    }
    if (answer.responseType.case === 'resultComplete') {
      this.#end = 'complete';
      this.#stream?.answers.cancel('the result is complete');
      this.#stream = undefined;
      void releaseOperation(this.#session, this.id);
      return false;
    }
    this.#unreleased += 1;
    if (this.#unreleased >= RELEASE_EVERY) {
      this.#unreleased = 0;
      void releaseOperation(this.#session, this.id, this.#lastResponseId);
    }
    return true;
  }

  async #recover(failure: RpcFailure, line: Line): Promise<void> {
    if (isKnownOperation(failure) && !this.#known) {
      // The request arrived although its stream broke.
      this.#known = true;
      return;
    }
    if (isUnknownOperation(failure)) {
      if (this.#lastResponseId !== undefined) {
        const why = `the server does not know its running statement: ${String(failure.errorClass)}`;
        throw sessionLostError(this.#session.handle, why);
      }
      // There was no answer yet, so the request did not arrive.
      this.#known = false;
      return this.#streams.ended(line.channel.address, this.#signal);
    }
    if (failure.code === STATUS.DEADLINE_EXCEEDED) {
      // The timeout of one stream. The operation continues.
      this.#known = true;
      return this.#streams.ended(line.channel.address, this.#signal);
    }
    const wasSent = this.#known || this.#mayHaveArrived(line);
    await this.#session.recover(failure, this.#streak, { line, signal: this.#signal, mayHaveRun: wasSent });
    this.#span?.event('retry', { attempt: this.#streak.failures, kind: nameOfStatus(failure.code) });
    // The request may have arrived, and not every server detects a second one. So try to reattach first.
    if ((wasSent || this.#mayHaveArrived(line)) && mayHaveBeenRead(failure)) this.#known = true;
  }

  #mayHaveArrived({ channel }: Line): boolean {
    return this.#sent && mayHaveArrived(channel, this.#breaksBefore);
  }

  #failed(error: unknown): unknown {
    if (this.#signal.aborted) return abortedError('execute', this.#signal);
    this.#end = 'failed';
    if (this.#sent) void releaseOperation(this.#session, this.id);
    return error;
  }
}

/** Requests a result that allows reattaching, and chunks for large batches. Servers ignore options that they do not know. */
const REQUEST_OPTIONS = [
  { requestOption: { case: 'reattachOptions' as const, value: { reattachable: true } } },
  { requestOption: { case: 'resultChunkingOptions' as const, value: { allowArrowBatchChunking: true } } },
];
