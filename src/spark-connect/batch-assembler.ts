import { SessionError } from '../contract/session-error.ts';
import type { ExecutePlanResponse_ArrowBatch as ArrowBatch } from './wire/spark-connect_pb.ts';

/** One whole batch, as an IPC stream of its own. */
export interface WholeBatch {
  readonly rowCount: number;
  readonly stream: Uint8Array;
}

/**
 * Joins the chunks of large batches and checks that no row is missing.
 * @see https://github.com/apache/spark/pull/52271 (read 2026-11-21)
 */
export class BatchAssembler {
  readonly #chunks: Uint8Array[] = [];
  #rowsSeen = 0n;

  /** The batch that a chunk completes, or `undefined`. @throws SessionError `unexpected` for a gap in the result. */
  add({ data, rowCount, startOffset, chunkIndex = 0n, numChunksInBatch = 0n }: ArrowBatch): WholeBatch | undefined {
    const isWhole = numChunksInBatch <= 1n;
    if (!isWhole && Number(chunkIndex) !== this.#chunks.length) {
      throw gap(`chunk ${chunkIndex + 1n} of a batch came instead of chunk ${this.#chunks.length + 1}`);
    }
    if (startOffset !== undefined && startOffset !== this.#rowsSeen) {
      throw gap(`a batch begins with row ${startOffset} instead of row ${this.#rowsSeen}`);
    }
    if (!isWhole && this.#chunks.push(data) < numChunksInBatch) return undefined;
    this.#rowsSeen += rowCount;
    return { rowCount: Number(rowCount), stream: isWhole ? data : Buffer.concat(this.#chunks.splice(0)) };
  }

  /** @throws SessionError `unexpected` when the result ends within a batch. */
  assertWhole(): void {
    if (this.#chunks.length > 0) throw gap('it ends within a batch');
  }
}

/** The error of a result that differs from what the server announced. */
export function gap(what: string): SessionError {
  return new SessionError('unexpected', `The result is incomplete: ${what}. Run the statement again.`, {
    operation: 'execute',
  });
}
