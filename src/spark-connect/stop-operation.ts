import type { MessageInitShape } from '@bufbuild/protobuf';
import { sleep } from '../provider-kit/sleep.ts';
import type { AnswerStream } from './connect-channel.ts';
import type { ConnectSession } from './connect-session.ts';
import { RpcFailure } from './rpc-failure.ts';
import { SparkConnectService, type ReleaseExecuteRequestSchema } from './wire/spark-connect_pb.ts';

/** The timeout of a stop and the pause between two interrupts, milliseconds. */
const STOP_TIMEOUT_MS = 4_000;
/** While the server is silent, longer than a statement waits for its stop, so that the statement reports it. */
const SILENT_STOP_TIMEOUT_MS = 6_000;
const INTERRUPT_PAUSE_MS = 100;
/** A call of a stop must not outlast it. */
const CALL_TIMEOUT_MS = 2_000;

/** The kind of interrupt that names one operation. */
const BY_OPERATION_ID = 3;

const NEVER = new AbortController().signal;

/**
 * Makes the server stop and release an operation. An interrupt that arrives before its operation finds nothing, so it is
 * repeated until the operation's stream ends.
 * @param answers - the operation's open stream, if any
 */
export async function stopOperation(
  session: ConnectSession,
  operationId: string,
  answers: AnswerStream<unknown> | undefined,
): Promise<void> {
  const { clock } = session;
  const startedMs = clock.monotonicMs();
  let answered = false;
  let ended = answers === undefined;
  const draining = answers === undefined ? Promise.resolve() : drain(answers).then(() => void (ended = true));
  const timeoutMs = (): number => (answered ? STOP_TIMEOUT_MS : SILENT_STOP_TIMEOUT_MS);
  do {
    const answer = await interrupt(session, operationId);
    await releaseOperation(session, operationId);
    if (answer === 'found' && answers === undefined) break;
    answered ||= answer !== 'silence';
    if (!ended) await Promise.race([draining, sleep(clock, INTERRUPT_PAUSE_MS, NEVER)]);
  } while (!(ended && answered) && clock.monotonicMs() - startedMs < timeoutMs());
  answers?.cancel('the statement was stopped');
}

/** Tells the server to release the answers up to one of them, or the operation. It does so by itself after some minutes. */
export async function releaseOperation(session: ConnectSession, operationId: string, until?: string): Promise<void> {
  const release: MessageInitShape<typeof ReleaseExecuteRequestSchema>['release'] =
    until === undefined ? { case: 'releaseAll', value: {} } : { case: 'releaseUntil', value: { responseId: until } };
  const { releaseExecute } = SparkConnectService.method;
  await session.attempt(releaseExecute, { operationId, release }, CALL_TIMEOUT_MS).catch(() => {});
}

/** Whether the server found the operation, did not find it, or did not answer. */
async function interrupt(session: ConnectSession, id: string): Promise<'found' | 'nothing' | 'silence'> {
  const request = { interruptType: BY_OPERATION_ID, interrupt: { case: 'operationId' as const, value: id } };
  try {
    const { interrupt } = SparkConnectService.method;
    const { interruptedIds } = await session.attempt(interrupt, request, CALL_TIMEOUT_MS);
    return interruptedIds.length > 0 ? 'found' : 'nothing';
  } catch (error) {
    // Only the end of the stream shows whether it worked.
    return error instanceof RpcFailure && error.isSilence ? 'silence' : 'nothing';
  }
}

async function drain(answers: AnswerStream<unknown>): Promise<void> {
  try {
    while ((await answers.next()) !== undefined);
  } catch {
    // It has ended, which is all that matters.
  }
}
