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

/** How often the server is told to forget what has arrived, in answers: not each of them is worth a call. */
const RELEASE_EVERY = 16;

/** How long a stop may take, milliseconds, and how long it waits between two interrupts. */
const STOP_PATIENCE_MS = 4_000;
/** A server that was not heard once may run on: for longer than a statement waits for its stop, which then says so. */
const UNHEARD_PATIENCE_MS = 6_000;
const INTERRUPT_PAUSE_MS = 100;
/** The calls of a stop are short; one that hangs must not outlast it. */
const STOP_CALL_TIMEOUT_MS = 2_000;

/** The longest run of attachments that brought nothing. */
const FRUITLESS_LIMIT = 100;

/** The kind of interrupt that names one operation. */
const BY_OPERATION_ID = 3;

/** What the server says of an operation that it does not know. */
const UNKNOWN_OPERATION = ['INVALID_HANDLE.OPERATION_NOT_FOUND', 'INVALID_HANDLE.SESSION_NOT_FOUND'];
/** A server that answers so has not looked at the request. */
const REFUSED_UNREAD: readonly number[] = [STATUS.UNAUTHENTICATED, STATUS.PERMISSION_DENIED];
const KNOWN_OPERATION = 'INVALID_HANDLE.OPERATION_ALREADY_EXISTS';

const NEVER = new AbortController().signal;

/**
 * One execution of one plan. Its answers arrive as one sequence however often the stream that brings them breaks: it is attached
 * again where it broke, under the same id, and so nothing runs twice.
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
  /** What the channel counted when the request was sent: without an open connection since it cannot have arrived. */
  #breaksBefore = 0;
  /** The server has the operation, so that opening the stream again means attaching. */
  #known = false;
  #unreleased = 0;
  #fruitless = 0;
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
        // Servers end a stream after two minutes or one gibibyte; the rest comes over the next one.
        this.#stream = undefined;
        this.#assertFruitful();
      } catch (error) {
        // Its stream is still open, for `stop` to see its end.
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
   * Makes the server stop and forget the operation. An interrupt that comes before its operation finds nothing, so it is repeated
   * until the stream has ended.
   */
  async stop(): Promise<void> {
    const wasOpen = this.#end === undefined;
    this.#end ??= 'stopped';
    const stream = this.#stream;
    this.#stream = undefined;
    if (!wasOpen || !this.#sent) return;
    const { clock } = this.#session;
    const startedMs = clock.monotonicMs();
    let heard = false;
    let ended = stream === undefined;
    const draining = stream === undefined ? Promise.resolve() : drain(stream.answers).then(() => void (ended = true));
    do {
      const answer = await this.#interrupt();
      await this.#release();
      if (answer === 'found' && stream === undefined) break;
      heard ||= answer !== 'silence';
      if (!ended) await Promise.race([draining, sleep(clock, INTERRUPT_PAUSE_MS, NEVER)]);
    } while (!(ended && heard) && clock.monotonicMs() - startedMs < (heard ? STOP_PATIENCE_MS : UNHEARD_PATIENCE_MS));
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

  /** Takes note of an answer; `false` when there is nothing in it for a reader. */
  #accept(answer: ExecutePlanResponse, { channel }: Line): boolean {
    this.#known = true;
    this.#fruitless = 0;
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
      // Our own request arrived although its stream broke.
      this.#known = true;
      return;
    }
    if (errorClass !== undefined && UNKNOWN_OPERATION.includes(errorClass)) {
      if (this.#lastResponseId !== undefined) {
        throw sessionLostError(this.#session.handle, `the server does not know the running statement: ${errorClass}`);
      }
      // Nothing has arrived yet, so the request did not either.
      this.#known = false;
      this.#assertFruitful();
      return;
    }
    if (failure.code === STATUS.DEADLINE_EXCEEDED) {
      // Our own patience with one stream; the operation goes on.
      this.#known = true;
      this.#assertFruitful();
      return;
    }
    await this.#session.recover(failure, this.#streak, { line, signal: this.#signal, mayHaveRun: this.#sent });
    // The request may have arrived, and not every server notices a second one: the operation is asked for first.
    const { isOpen, breaks } = line.channel;
    if ((isOpen || breaks > this.#breaksBefore) && !REFUSED_UNREAD.includes(failure.code)) this.#known = true;
  }

  #assertFruitful(): void {
    this.#fruitless += 1;
    if (this.#fruitless <= FRUITLESS_LIMIT) return;
    throw new SessionError(
      'unavailable',
      `the server ended ${FRUITLESS_LIMIT} streams of one statement without an answer; look whether a Spark Connect server listens at that address`,
      { operation: 'execute', effect: 'unknown' },
    );
  }

  #failed(error: unknown): unknown {
    if (this.#signal.aborted) return abortedError('execute', this.#signal);
    this.#end = 'failed';
    if (this.#sent) void this.#release();
    return error;
  }

  /** Whether the server found the operation to interrupt, or did not answer at all. */
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
      // Whether it worked is seen by the end of the stream alone.
      return error instanceof RpcFailure && error.code === STATUS.DEADLINE_EXCEEDED ? 'silence' : 'nothing';
    }
  }

  /** Lets the server forget the answers up to one of them, or the whole operation; it forgets by itself after some minutes. */
  async #release(until?: string): Promise<void> {
    const release: MessageInitShape<typeof ReleaseExecuteRequestSchema>['release'] =
      until === undefined ? { case: 'releaseAll', value: {} } : { case: 'releaseUntil', value: { responseId: until } };
    const request = { operationId: this.id, release };
    await this.#session
      .attempt(SparkConnectService.method.releaseExecute, request, STOP_CALL_TIMEOUT_MS)
      .catch(() => {});
  }
}

/** Asks for a result that can be attached again and whose large batches come in pieces; servers skip what they do not know. */
const REQUEST_OPTIONS = [
  { requestOption: { case: 'reattachOptions' as const, value: { reattachable: true } } },
  { requestOption: { case: 'resultChunkingOptions' as const, value: { allowArrowBatchChunking: true } } },
];

async function drain(answers: AnswerStream<unknown>): Promise<void> {
  try {
    while ((await answers.next()) !== undefined);
  } catch {
    // However it ended, it has.
  }
}
