import { RpcStatus } from '../rpc-status.ts';
import { encodeMessage } from '../wire-message.ts';

/** How many errors are kept; the oldest are forgotten first. */
const KEPT_ERRORS = 100;

/** The errors whose details a server of 4.0 or later gives by id. */
export class ErrorBook {
  readonly #errors = new Map<string, RpcStatus>();
  #count = 0;

  /** Keeps the error and gives it an id. */
  keep(error: unknown): unknown {
    if (!(error instanceof RpcStatus) || error.info?.errorClass === undefined) return error;
    this.#count += 1;
    const errorId = `error-${this.#count}`;
    this.#errors.set(errorId, error);
    const [oldest] = this.#errors.keys();
    if (this.#errors.size > KEPT_ERRORS && oldest !== undefined) this.#errors.delete(oldest);
    return new RpcStatus(error.code, error.message, { info: { ...error.info, errorId } });
  }

  /** `FetchErrorDetailsResponse`; empty for an unknown error. */
  details(errorId: string, serverSideId: string | undefined): Uint8Array {
    const error = this.#errors.get(errorId);
    if (error === undefined) return encodeMessage({ 3: serverSideId });
    const { errorClass, sqlState, javaClass } = error.info ?? {};
    const throwable = encodeMessage({ 1: errorClass, 4: sqlState });
    return encodeMessage({
      1: 0n,
      2: encodeMessage({ 1: javaClass, 2: error.message, 5: throwable }),
      3: serverSideId,
    });
  }
}
