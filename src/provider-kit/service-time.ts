/**
 * The time of a service, as its last successful answer gave it. The age of a session is the difference of two times of the
 * service's own clock, so that a wrong clock of this machine makes no session look old.
 */
export class ServiceTime {
  #lastMs: number | undefined;

  /** Takes the header `Date` of an answer; an answer without one leaves no time, because an older one is not the time of this answer. */
  answered(date: string | undefined): void {
    const ms = Date.parse(date ?? '');
    this.#lastMs = Number.isNaN(ms) ? undefined : ms;
  }

  /** Epoch milliseconds, in whole seconds; `undefined` if the last answer had no date. */
  get lastMs(): number | undefined {
    return this.#lastMs;
  }
}
