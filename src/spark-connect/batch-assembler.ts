import { SessionError } from '../contract/session-error.ts';
import type { ExecutePlanResponse_ArrowBatch as ArrowBatch } from './wire/spark-connect_pb.ts';

/** One whole batch, as an IPC stream of its own. */
export interface WholeBatch {
  readonly rowCount: number;
  readonly stream: Uint8Array;
}

/**
 * Puts the pieces of large batches together and sees that no row is missing.
 * @see https://github.com/apache/spark/pull/52271 (read 2026-11-21)
 */
export class BatchAssembler {
  readonly #pieces: Uint8Array[] = [];
  #rowsSeen = 0n;

  /** The batch that a piece completes, or `undefined`. @throws SessionError `unexpected` for a gap in the result. */
  add(piece: ArrowBatch): WholeBatch | undefined {
    const { data, rowCount, startOffset, chunkIndex, numChunksInBatch } = piece;
    const pieces = Number(numChunksInBatch ?? 0n);
    if (pieces > 1 && Number(chunkIndex ?? 0n) !== this.#pieces.length) {
      throw gap(`piece ${Number(chunkIndex ?? 0n) + 1} of a batch came where piece ${this.#pieces.length + 1} was due`);
    }
    if (startOffset !== undefined && startOffset !== this.#rowsSeen) {
      throw gap(`a batch begins with row ${startOffset} where row ${this.#rowsSeen} was due`);
    }
    if (pieces > 1) {
      this.#pieces.push(data);
      if (this.#pieces.length < pieces) return undefined;
    }
    this.#rowsSeen += rowCount;
    const stream = pieces > 1 ? Buffer.concat(this.#pieces.splice(0)) : data;
    return { rowCount: Number(rowCount), stream };
  }

  /** @throws SessionError `unexpected` when the result ends within a batch. */
  assertWhole(): void {
    if (this.#pieces.length > 0) throw gap('the result ends within a batch');
  }
}

/** The error of a result that is not what the server says it is. */
export function gap(what: string): SessionError {
  return new SessionError('unexpected', `the result arrived with a gap: ${what}; run the statement again`, {
    operation: 'execute',
  });
}
