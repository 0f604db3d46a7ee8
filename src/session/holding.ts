import type { Hold } from '../ownership/hold.ts';
import type { ClaimOutcome, Holders } from '../ownership/holders.ts';

/** What closing a session does to it. */
export type OnClose = 'terminate' | 'detach';

/** How this process stands to one session: whether it holds it, and what `close` does. */
export class Holding {
  readonly #onClose: OnClose | undefined;
  #hold: Hold | undefined;
  readonly #inherited: boolean;
  #adopted: boolean;
  #isOver = false;
  #stopInheriting: () => void = () => {};
  #onEnded: () => void = () => {};
  #reclaim: (sessionId: string) => Promise<Hold | undefined> = () => Promise.resolve(undefined);

  private constructor(
    state: { readonly hold?: Hold | undefined; readonly adopted: boolean; readonly inherited?: boolean },
    onClose: OnClose | undefined,
  ) {
    this.#hold = state.hold;
    this.#adopted = state.adopted;
    this.#inherited = state.inherited === true;
    this.#onClose = onClose;
  }

  /**
   * Of a session that this process attached to: it never ends it on its own.
   * @param onEnded - called when the session has ended after all
   */
  static attached(onEnded: () => void): Holding {
    const holding = new Holding({ adopted: false }, 'detach');
    holding.#onEnded = onEnded;
    return holding;
  }

  /** Of a session that this process started; an adopted one is inherited when its holder dies. */
  static started(holders: Holders | undefined, claim: ClaimOutcome | undefined, onClose: OnClose | undefined): Holding {
    const hold = claim?.kind === 'held' ? claim.hold : undefined;
    const inherited = claim?.kind === 'held' && claim.before?.sessionId !== undefined;
    const holding = new Holding({ hold, adopted: claim?.kind === 'adopted', inherited }, onClose);
    if (claim?.kind === 'adopted' && claim.liveness === 'living' && claim.record !== undefined) {
      const { record } = claim;
      holding.#reclaim = async (sessionId) => holders?.reclaim(record, sessionId);
      void holders
        ?.inherit(record, (inherited) => holding.inherit(inherited))
        .then((stop) => {
          if (holding.#isOver) stop();
          else holding.#stopInheriting = stop;
        });
    }
    return holding;
  }

  /** Whether another process, or an earlier start of this one, holds the session. */
  get adopted(): boolean {
    return this.#adopted;
  }

  /** Whether an earlier process started it, and this one holds it. */
  get inherited(): boolean {
    return this.#inherited && !this.#adopted;
  }

  get endsOnClose(): boolean {
    return this.#onClose === undefined ? !this.#adopted : this.#onClose === 'terminate';
  }

  /** Before an adopted session is closed: somebody must end it, and its holder may be gone without a trace. */
  async reclaim(sessionId: string): Promise<void> {
    if (!this.#adopted || this.#onClose !== undefined) return;
    const hold = await this.#reclaim(sessionId);
    if (hold !== undefined) this.inherit(hold);
  }

  /** Takes over what another one held. */
  inherit(hold: Hold): void {
    if (this.#isOver) {
      hold.abandon();
      return;
    }
    this.#hold = hold;
    this.#adopted = false;
  }

  /** The session has ended. */
  ended(): void {
    this.#hold?.release();
    this.#onEnded();
    this.#finish();
  }

  /** The session lives on without this process until a time, epoch milliseconds. */
  kept(untilMs: number): void {
    this.#hold?.keep(untilMs);
    this.#finish();
  }

  /** Gives the hold to another holding of the same session. */
  handOver(to: Holding): void {
    if (this.#hold !== undefined) to.inherit(this.#hold);
    this.#finish();
  }

  #finish(): void {
    this.#isOver = true;
    this.#hold = undefined;
    this.#stopInheriting();
  }
}
