import { once } from 'node:events';
import type { RpcFault } from '../fault.ts';
import { repackBatch } from './repack-batch.ts';
import { RpcStatus } from '../grpc-status.ts';
import { encodeMessage, type MessageFields } from './wire-message.ts';

/** The field with the server's session id, in the answers of `ExecutePlan`, `ReattachExecute` and `AnalyzePlan`. */
const SERVER_SIDE_SESSION_ID = 15;
/** The field with the Spark version in an answer of `AnalyzePlan`, itself a message with one field. */
const SPARK_VERSION = 8;
/** A field that no answer has, and that a client must tolerate. */
const UNKNOWN_FIELD = 536_000_000;

/** Ends a call whose connection must be cut. */
export class CutConnection extends Error {
  override readonly name = 'CutConnection';
  /** Whether to send GOAWAY instead of a reset. */
  readonly goaway: boolean;

  constructor(goaway: boolean) {
    super('The connection is cut, from the fault script.');
    this.goaway = goaway;
  }
}

export interface FaultyCall {
  readonly faults: readonly RpcFault[];
  /** Begins the call of the engine. */
  readonly answers: () => AsyncIterable<Uint8Array>;
  /** Makes the token of the call expire, and returns the status that ends the call. */
  readonly expireToken: () => RpcStatus;
  /** Aborts when the caller disconnects. */
  readonly signal: AbortSignal;
}

/**
 * The answers of a call, with the faults that strike it. It changes only bytes, so it works with every engine.
 *
 * @throws RpcStatus, CutConnection where a fault ends the call.
 */
export async function* faultyAnswers(call: FaultyCall): AsyncGenerator<Uint8Array, void, undefined> {
  if (yield* strikeAt(call, undefined)) return;
  let sent = 0;
  for await (const answer of call.answers()) {
    // The first answer proves that the call has begun.
    if (sent === 0 && (yield* strikeAt(call, 0))) return;
    for (const piece of await applyFaults(answer, call.faults)) {
      yield piece;
      sent += 1;
      if (yield* strikeAt(call, sent)) return;
    }
  }
}

/** Applies the faults after `sent` answers, or before the call begins; true when they end the call. */
async function* strikeAt(
  { faults, signal, expireToken }: FaultyCall,
  sent: number | undefined,
): AsyncGenerator<Uint8Array, boolean, undefined> {
  for (const fault of faults) {
    if (fault.kind === 'rpc-extra' && (fault.afterAnswers ?? 0) === sent) yield extraAnswer(fault.answer);
    if (('afterAnswers' in fault ? fault.afterAnswers : undefined) !== sent) continue;
    if (fault.kind === 'rpc-error') throw toStatus(fault);
    if (fault.kind === 'rpc-token-expires') throw expireToken();
    if (fault.kind === 'rpc-cut') throw new CutConnection(fault.goaway === true);
    if (fault.kind === 'rpc-silence' && !signal.aborted) await once(signal, 'abort');
    if (fault.kind === 'rpc-silence' || fault.kind === 'rpc-end') return true;
  }
  return false;
}

async function applyFaults(answer: Uint8Array, faults: readonly RpcFault[]): Promise<readonly Uint8Array[]> {
  let pieces: readonly Uint8Array[] = [answer];
  for (const fault of faults) {
    if (fault.kind === 'rpc-batch') pieces = await repackBatch(answer, fault.as);
    const field = replacedField(fault);
    // The last one of a repeated field counts, so there is no need to parse the answer.
    if (field !== undefined) pieces = pieces.map((piece) => Buffer.concat([piece, encodeMessage(field)]));
  }
  return pieces;
}

function replacedField(fault: RpcFault): MessageFields | undefined {
  if (fault.kind === 'rpc-server-session') return { [SERVER_SIDE_SESSION_ID]: fault.id };
  if (fault.kind === 'rpc-version') return { [SPARK_VERSION]: encodeMessage({ 1: fault.version }) };
  return undefined;
}

function extraAnswer(kind: 'empty' | 'unknown'): Uint8Array {
  return kind === 'empty' ? new Uint8Array() : encodeMessage({ [UNKNOWN_FIELD]: 'of a later version' });
}

function toStatus(fault: Extract<RpcFault, { kind: 'rpc-error' }>): RpcStatus {
  const { code, errorClass, message = `${code}, from the fault script.`, retryAfterMs } = fault;
  const text = errorClass === undefined ? message : `[${errorClass}] ${message}`;
  return new RpcStatus(code, text, { retryAfterMs, ...(errorClass !== undefined && { info: { errorClass } }) });
}
