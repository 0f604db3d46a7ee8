import type { Clock } from '../contract/ports.ts';
import type { AnswerStream } from './connect-channel.ts';
import type { Line } from './connect-attempt.ts';
import type { ConnectSession } from './connect-session.ts';
import { RpcFailure, STATUS } from './rpc-failure.ts';
import { SparkConnectService } from './wire/spark-connect_pb.ts';

/** After this much silence another call checks the connection, milliseconds. Long statements are silent for minutes. */
const SILENCE_MS = 15_000;

/** The timeout of the other call, milliseconds. */
const PROBE_TIMEOUT_MS = 10_000;

/** An open stream and the connection that it uses. */
export interface OpenStream<Answer> {
  readonly answers: AnswerStream<Answer>;
  readonly line: Line;
}

/**
 * The next answer of a stream. While it is silent, another call checks every 15 seconds that the server still answers over this
 * connection: pings of gRPC, which servers allow every five minutes, take too long for that.
 * @throws RpcFailure the stream's failure, or the failure of the check.
 */
export async function nextAnswer<Answer>(
  session: ConnectSession,
  { answers, line }: OpenStream<Answer>,
  signal: AbortSignal,
): Promise<Answer | undefined> {
  const answer = answers.next();
  while (await isSilent(answer, session.clock)) {
    // The caller no longer waits for the answer.
    if (signal.aborted) return undefined;
    try {
      await Promise.race([answer, assertAnswers(session, line)]);
    } catch (failure) {
      answers.cancel('the server is silent');
      throw failure;
    }
  }
  return answer;
}

/** @throws RpcFailure when the server does not answer over this connection. */
async function assertAnswers(session: ConnectSession, { endpoint, channel }: Line): Promise<void> {
  const request = {
    ...(await session.requestBase()),
    operation: { opType: { case: 'getOption' as const, value: {} } },
  };
  const options = { metadata: endpoint.metadata, timeoutMs: PROBE_TIMEOUT_MS };
  try {
    await channel.unary(SparkConnectService.method.config, request, options);
  } catch (error) {
    // A server that rejects the call has answered it.
    if (error instanceof RpcFailure && error.code === STATUS.UNAVAILABLE) throw error;
  }
}

/** Whether an answer has not arrived when the time is over. */
function isSilent(answer: Promise<unknown>, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const callOff = clock.schedule(SILENCE_MS, () => resolve(true), 'background');
    const settle = (): void => {
      callOff();
      resolve(false);
    };
    answer.then(settle, settle);
  });
}
