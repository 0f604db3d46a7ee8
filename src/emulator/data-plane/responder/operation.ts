import { RpcStatus } from '../../grpc-status.ts';

/** Makes the answers of an operation one after the other; each gets its number, from 1, as its id. */
export type AnswerMaker = (signal: AbortSignal) => AsyncGenerator<(number: number) => Uint8Array, void, undefined>;

/** An operation and its answers: made when they are read, and kept until they are released, so that a client can reattach. */
export class Operation {
  readonly tags: readonly string[];
  readonly #answers: ReturnType<AnswerMaker>;
  readonly #stop = new AbortController();
  #kept: Uint8Array[] = [];
  #released = 0;
  #failure: { readonly error: unknown } | undefined;
  #isOver = false;
  #reader = 0;

  constructor(tags: readonly string[], begin: AnswerMaker) {
    this.tags = tags;
    this.#answers = begin(this.#stop.signal);
  }

  /**
   * The answers after the given number, or all of them for 0. A second reader ends the first.
   *
   * @throws RpcStatus the failure of the operation, or when the requested answers were released.
   */
  async *read(after: number): AsyncGenerator<Uint8Array, void, undefined> {
    this.#reader += 1;
    const reader = this.#reader;
    for (let number = after + 1; ; number += 1) {
      if (number <= this.#released) {
        throw RpcStatus.ofSpark('INVALID_CURSOR.POSITION_NOT_AVAILABLE', `Answer ${number} was released.`);
      }
      while (number > this.#released + this.#kept.length) if (!(await this.#produce())) return;
      if (reader !== this.#reader) {
        throw RpcStatus.ofSpark('INVALID_CURSOR.DISCONNECTED', 'Another stream was attached to the operation.');
      }
      const answer = this.#kept[number - this.#released - 1];
      if (answer === undefined) return;
      yield answer;
    }
  }

  /** Releases the answers up to the given number. */
  release(until: number): void {
    const count = Math.min(Math.max(until - this.#released, 0), this.#kept.length);
    this.#kept = this.#kept.slice(count);
    this.#released += count;
  }

  /** Stops it; false when it had ended. */
  interrupt(): boolean {
    if (this.#isOver) return false;
    this.#stop.abort();
    return true;
  }

  /** Makes the next answer; false after the last one. */
  async #produce(): Promise<boolean> {
    if (this.#failure !== undefined) throw this.#failure.error;
    try {
      const { value } = await this.#answers.next();
      if (value === undefined) this.#isOver = true;
      else this.#kept.push(value(this.#released + this.#kept.length + 1));
      return value !== undefined;
    } catch (error) {
      this.#failure = { error };
      this.#isOver = true;
      throw error;
    }
  }
}
