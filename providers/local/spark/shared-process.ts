import type { EngineProcess } from './engine-process.ts';
import { raceAbort } from '../../../src/provider-kit/race-abort.ts';

/** Somebody's part in the shared process. */
export interface ProcessShare {
  readonly process: EngineProcess;
  /** No new session is to get this process: it is there, and of no use. */
  retire(): void;
  /** Gives the part back; the last one ends the process and waits for that. */
  giveBack(): Promise<void>;
}

/** One server process for all who need it at a time: the first one starts it, the last one ends it. */
export class SharedProcess {
  readonly #start: (signal: AbortSignal) => Promise<EngineProcess>;
  #current: SharedStart | undefined;

  /** @param start - its signal aborts when nobody waits for the process any more. */
  constructor(start: (signal: AbortSignal) => Promise<EngineProcess>) {
    this.#start = start;
  }

  /**
   * Takes a part in the process, which is started where there is none.
   * @throws SessionError what its start fails with, or the signal was aborted with.
   */
  async take(signal: AbortSignal): Promise<ProcessShare> {
    const shared = (this.#current ??= this.#begin());
    shared.users += 1;
    let isGivenBack = false;
    const giveBack = async (): Promise<void> => {
      if (isGivenBack) return;
      isGivenBack = true;
      shared.users -= 1;
      if (shared.users > 0) return;
      this.#forget(shared);
      shared.nobodyWaits.abort();
      await shared.starting.then((process) => process.stop(), ignore);
    };
    try {
      const process = await raceAbort(shared.starting, signal, 'execute');
      return {
        process,
        retire: () => {
          this.#forget(shared);
        },
        giveBack,
      };
    } catch (error) {
      await giveBack();
      throw error;
    }
  }

  #begin(): SharedStart {
    const nobodyWaits = new AbortController();
    const shared: SharedStart = { starting: this.#start(nobodyWaits.signal), nobodyWaits, users: 0 };
    // A process that ends by itself, or never began, is not given to those who come later.
    const forget = (): void => {
      this.#forget(shared);
    };
    shared.starting.then(({ ended }) => ended).then(forget, forget);
    return shared;
  }

  #forget(shared: SharedStart): void {
    if (this.#current === shared) this.#current = undefined;
  }
}

interface SharedStart {
  readonly starting: Promise<EngineProcess>;
  readonly nobodyWaits: AbortController;
  users: number;
}

function ignore(): void {
  // A process that did not start needs no end.
}
