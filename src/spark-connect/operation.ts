import type { MessageInitShape } from '@bufbuild/protobuf';
import { SessionError } from '../contract/session-error.ts';
import { sleep } from '../provider-kit/sleep.ts';
import { abortedError } from '../provider-kit/aborted-error.ts';
import type { AnswerStream } from './connect-channel.ts';
import { type FailureStreak, type Line } from './connect-attempt.ts';
import { type ConnectSession, type RequestBase } from './connect-session.ts';
import { sessionLostError } from './failure-to-error.ts';
import { RpcFailure, STATUS } from './rpc-failure.ts';
import { asUuid } from './spark-session-id.ts';
import {
  SparkConnectService,
  type ReleaseExecuteRequestSchema,
  type ExecutePlanResponse,
  type Plan,
} from './wire/spark-connect_pb.ts';
import { raceAbort } from '../provider-kit/race-abort.ts';

/** After how many answers the server is told to release them. */
const RELEASE_EVERY = 16;

/** The timeout of a stop and the pause between two interrupts, milliseconds. */
const STOP_TIMEOUT_MS = 4_000;
/** While the server is silent, longer than a statement waits for its stop, so that the statement reports it. */
const SILENT_STOP_TIMEOUT_MS = 6_000;
const INTERRUPT_PAUSE_MS = 100;
/** A call of a stop must not outlast it. */
const STOP_CALL_TIMEOUT_MS = 2_000;

/** How many streams in a row may end without an answer. */
const EMPTY_STREAM_LIMIT = 100;

/** The kind of interrupt that names one operation. */
const BY_OPERATION_ID = 3;

/** Error classes for an operation that the server does not know. */
const UNKNOWN_OPERATION = ['INVALID_HANDLE.OPERATION_NOT_FOUND', 'INVALID_HANDLE.SESSION_NOT_FOUND'];
/** With these statuses the server has not read the request. */
const REJECTED_UNREAD: readonly number[] = [STATUS.UNAUTHENTICATED, STATUS.PERMISSION_DENIED];
const KNOWN_OPERATION = 'INVALID_HANDLE.OPERATION_ALREADY_EXISTS';

const NEVER = new AbortController().signal;

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
  readonly #streak: FailureStreak = { failures: 0, renewed: false };
  #base: RequestBase | undefined;
  #stream: { readonly answers: AnswerStream<ExecutePlanResponse>; readonly line: Line } | undefined;
  #lastResponseId: string | undefined;
  #sent = false;
  /** The channel's count when the request was sent. Without an open connection since, it cannot have arrived. */
  #breaksBefore = 0;
  /** Whether the server has the operation, so that the next stream reattaches. */
  #known = false;
  #unreleased = 0;
  #emptyStreams = 0;
  #end: 'complete' | 'failed' | 'stopped' | undefined;

  constructor(session: ConnectSession, plan: Plan, signal: AbortSignal) {
    this.#session = session;
    this.#plan = plan;
    this.#signal = signal;
    this.id = asUuid(session.random.hex(32));
  }

  /** The next answer, or `undefined` after the last one. @throws SessionError */
  async next(): Promise<ExecutePlanResponse | undefined> {
    while (this.#end === undefined) {
      try {
        const stream = (this.#stream ??= await this.#open());
        const answer = await raceAbort(stream.answers.next(), this.#signal, 'execute');
        if (answer !== undefined) {
          if (this.#accept(answer, stream.line)) return answer;
          continue;
        }
        // Servers end a stream after two minutes or one gibibyte. The next stream continues.
        this.#stream = undefined;
        this.#countEmptyStream();
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

  /**
   * Makes the server stop and release the operation. An interrupt that arrives before its operation finds nothing, so it is
   * repeated until the stream ends.
   */
  async stop(): Promise<void> {
    const wasOpen = this.#end === undefined;
    this.#end ??= 'stopped';
    const stream = this.#stream;
    this.#stream = undefined;
    if (!wasOpen || !this.#sent) return;
    const { clock } = this.#session;
    const startedMs = clock.monotonicMs();
    let answered = false;
    let ended = stream === undefined;
    const draining = stream === undefined ? Promise.resolve() : drain(stream.answers).then(() => void (ended = true));
    do {
      const answer = await this.#interrupt();
      await this.#release();
      if (answer === 'found' && stream === undefined) break;
      answered ||= answer !== 'silence';
      if (!ended) await Promise.race([draining, sleep(clock, INTERRUPT_PAUSE_MS, NEVER)]);
    } while (
      !(ended && answered) &&
      clock.monotonicMs() - startedMs < (answered ? STOP_TIMEOUT_MS : SILENT_STOP_TIMEOUT_MS)
    );
    stream?.answers.cancel('the statement was stopped');
  }

  async #open(): Promise<{ answers: AnswerStream<ExecutePlanResponse>; line: Line }> {
    const session = this.#session;
    const base = (this.#base ??= await raceAbort(session.requestBase(), this.#signal, 'execute'));
    const line = await raceAbort(session.line(), this.#signal, 'execute');
    const { executePlan, reattachExecute } = SparkConnectService.method;
    const shared = { ...base, ...session.observed, operationId: this.id };
    if (this.#known) {
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
    this.#emptyStreams = 0;
    this.#streak.failures = 0;
    this.#streak.renewed = false;
    this.#session.observe(answer.serverSideSessionId, { sessionId: answer.sessionId, channel });
    if (answer.responseId !== '') this.#lastResponseId = answer.responseId;
    if (answer.responseType.case === 'resultComplete') {
      this.#end = 'complete';
      this.#stream?.answers.cancel('the result is complete');
      this.#stream = undefined;
      void this.#release();
      return false;
    }
    this.#unreleased += 1;
    if (this.#unreleased >= RELEASE_EVERY) {
      this.#unreleased = 0;
      void this.#release(this.#lastResponseId);
    }
    return true;
  }

  async #recover(failure: RpcFailure, line: Line): Promise<void> {
    const { errorClass } = failure;
    if (errorClass === KNOWN_OPERATION && !this.#known) {
      // The request arrived although its stream broke.
      this.#known = true;
      return;
    }
    if (errorClass !== undefined && UNKNOWN_OPERATION.includes(errorClass)) {
      if (this.#lastResponseId !== undefined) {
        throw sessionLostError(this.#session.handle, `the server does not know its running statement: ${errorClass}`);
      }
      // There was no answer yet, so the request did not arrive.
      this.#known = false;
      this.#countEmptyStream();
      return;
    }
    if (failure.code === STATUS.DEADLINE_EXCEEDED) {
      // The timeout of one stream. The operation continues.
      this.#known = true;
      this.#countEmptyStream();
      return;
    }
    await this.#session.recover(failure, this.#streak, { line, signal: this.#signal, mayHaveRun: this.#sent });
    // The request may have arrived, and not every server detects a second one. So try to reattach first.
    const { isOpen, breaks } = line.channel;
    if ((isOpen || breaks > this.#breaksBefore) && !REJECTED_UNREAD.includes(failure.code)) this.#known = true;
  }

  #countEmptyStream(): void {
    this.#emptyStreams += 1;
    if (this.#emptyStreams <= EMPTY_STREAM_LIMIT) return;
    throw new SessionError(
      'unavailable',
      `The server ended ${EMPTY_STREAM_LIMIT} streams of one statement without an answer. Check that the address is that of a Spark Connect server.`,
      { operation: 'execute', effect: 'unknown' },
    );
  }

  #failed(error: unknown): unknown {
    if (this.#signal.aborted) return abortedError('execute', this.#signal);
    this.#end = 'failed';
    if (this.#sent) void this.#release();
    return error;
  }

  /** Whether the server found the operation, did not find it, or did not answer. */
  async #interrupt(): Promise<'found' | 'nothing' | 'silence'> {
    const interrupt = { case: 'operationId' as const, value: this.id };
    try {
      const request = { interruptType: BY_OPERATION_ID, interrupt };
      const { interruptedIds } = await this.#session.attempt(
        SparkConnectService.method.interrupt,
        request,
        STOP_CALL_TIMEOUT_MS,
      );
      return interruptedIds.length > 0 ? 'found' : 'nothing';
    } catch (error) {
      // Only the end of the stream shows whether it worked.
      return error instanceof RpcFailure && error.code === STATUS.DEADLINE_EXCEEDED ? 'silence' : 'nothing';
    }
  }

  /** Tells the server to release the answers up to one of them, or the operation. It does so by itself after some minutes. */
  async #release(until?: string): Promise<void> {
    const release: MessageInitShape<typeof ReleaseExecuteRequestSchema>['release'] =
      until === undefined ? { case: 'releaseAll', value: {} } : { case: 'releaseUntil', value: { responseId: until } };
    const request = { operationId: this.id, release };
    await this.#session
      .attempt(SparkConnectService.method.releaseExecute, request, STOP_CALL_TIMEOUT_MS)
      .catch(() => {});
  }
}

/** Requests a result that allows reattaching, and chunks for large batches. Servers ignore options that they do not know. */
const REQUEST_OPTIONS = [
  { requestOption: { case: 'reattachOptions' as const, value: { reattachable: true } } },
  { requestOption: { case: 'resultChunkingOptions' as const, value: { allowArrowBatchChunking: true } } },
];

async function drain(answers: AnswerStream<unknown>): Promise<void> {
  try {
    while ((await answers.next()) !== undefined);
  } catch {
    // It has ended, which is all that matters.
  }
}
