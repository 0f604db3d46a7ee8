import type { RpcFault } from '../fault.ts';
import { repackBatch } from './repack-batch.ts';
import { RpcStatus } from './rpc-status.ts';
import { encodeMessage } from './wire-message.ts';

/** The number of the server's own name for its session, in the answers of `ExecutePlan`, `ReattachExecute` and `AnalyzePlan`. */
const SERVER_SIDE_SESSION_ID = 15;
/** A number that no answer has, with which a client must get along. */
const UNKNOWN_FIELD = 536_000_000;

type EndingFault = Extract<RpcFault, { kind: 'rpc-error' | 'rpc-end' | 'rpc-silence' | 'rpc-cut' }>;

/** How a call ends whose connection is to be cut. */
export class CutConnection extends Error {
  override readonly name = 'CutConnection';
  /** Says farewell first. */
  readonly goaway: boolean;

  constructor(goaway: boolean) {
    super('The connection is cut, as the fault script has it.');
    this.goaway = goaway;
  }
}

/** What the faults of one call have to work with. */
export interface SpoiledCall {
  readonly faults: readonly RpcFault[];
  /** Begins the call. */
  readonly answers: () => AsyncIterable<Uint8Array>;
  /** Aborts when the caller has gone. */
  readonly signal: AbortSignal;
}

/**
 * The answers of a call, with the faults that strike it. Only bytes are touched, so that it works whoever answers.
 *
 * @throws RpcStatus, CutConnection where a fault ends the call.
 */
export async function* spoiledAnswers(call: SpoiledCall): AsyncGenerator<Uint8Array, void, undefined> {
  if (yield* strikeAt(call, undefined)) return;
  let sent = 0;
  for await (const answer of call.answers()) {
    // Only now the call has begun for certain.
    if (sent === 0 && (yield* strikeAt(call, 0))) return;
    for (const piece of await spoil(answer, call.faults)) {
      yield piece;
      sent += 1;
      if (yield* strikeAt(call, sent)) return;
    }
  }
}

/** Strikes after so many answers, or before the call begins; `true` when that is the end of the call. */
async function* strikeAt(
  { faults, signal }: SpoiledCall,
  sent: number | undefined,
): AsyncGenerator<Uint8Array, boolean, undefined> {
  for (const fault of faults) {
    if (fault.kind === 'rpc-extra' && (fault.afterAnswers ?? 0) === sent) yield extraAnswer(fault.answer);
    if (!isEnd(fault) || fault.afterAnswers !== sent) continue;
    if (fault.kind === 'rpc-error') throw toStatus(fault);
    if (fault.kind === 'rpc-cut') throw new CutConnection(fault.goaway === true);
    if (fault.kind === 'rpc-silence') await aborted(signal);
    return true;
  }
  return false;
}

function isEnd(fault: RpcFault): fault is EndingFault {
  return (
    fault.kind === 'rpc-error' || fault.kind === 'rpc-end' || fault.kind === 'rpc-silence' || fault.kind === 'rpc-cut'
  );
}

async function spoil(answer: Uint8Array, faults: readonly RpcFault[]): Promise<readonly Uint8Array[]> {
  let pieces: readonly Uint8Array[] = [answer];
  for (const fault of faults) {
    if (fault.kind === 'rpc-batch') pieces = await repackBatch(answer, fault.as);
    if (fault.kind === 'rpc-server-session') {
      // Of a field that comes twice the last one counts, so there is no need to read the answer.
      const name = encodeMessage({ [SERVER_SIDE_SESSION_ID]: fault.id });
      pieces = pieces.map((piece) => Buffer.concat([piece, name]));
    }
  }
  return pieces;
}

function extraAnswer(kind: 'empty' | 'unknown'): Uint8Array {
  return kind === 'empty' ? new Uint8Array() : encodeMessage({ [UNKNOWN_FIELD]: 'of a later version' });
}

function toStatus(fault: Extract<RpcFault, { kind: 'rpc-error' }>): RpcStatus {
  const { code, errorClass, message = `${code}, as the fault script has it.`, retryAfterMs } = fault;
  const text = errorClass === undefined ? message : `[${errorClass}] ${message}`;
  return new RpcStatus(code, text, { retryAfterMs, ...(errorClass !== undefined && { info: { errorClass } }) });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
