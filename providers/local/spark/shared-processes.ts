import { raceAbort } from '../../../src/provider-kit/race-abort.ts';
import type { EngineProcess } from './engine-process.ts';
import type { SparkConf } from './engine-server.ts';

/** One session's share of a server process. */
export interface ProcessShare {
  readonly process: EngineProcess;
  /** Gives this process to no further session: it runs but is unusable. */
  readonly retire: () => void;
  /** Gives the share back; the last one stops the process and waits for that. */
  readonly giveBack: () => Promise<void>;
}

/** Starts a server process; the signal aborts when no session waits for it any more. */
type StartProcess = (sparkConf: SparkConf, signal: AbortSignal) => Promise<EngineProcess>;

interface SharedStart {
  readonly starting: Promise<EngineProcess>;
  readonly unused: AbortController;
  users: number;
}

/** One server process per set of Spark properties: the first session starts it, the last one stops it. */
export class SharedProcesses {
  readonly #start: StartProcess;
  readonly #current = new Map<string, SharedStart>();

  constructor(start: StartProcess) {
    this.#start = start;
  }

  /**
   * Takes a share of the process with these properties, in any order; starts the process if there is none.
   * @throws SessionError the error of its start, or the signal's error.
   */
  async take(sparkConf: SparkConf, signal: AbortSignal): Promise<ProcessShare> {
    const key = JSON.stringify(Object.entries(sparkConf).sort(([one], [other]) => (one < other ? -1 : 1)));
    const shared = this.#current.get(key) ?? this.#begin(key, sparkConf);
    shared.users += 1;
    let isGivenBack = false;
    const giveBack = async (): Promise<void> => {
      if (isGivenBack) return;
      isGivenBack = true;
      shared.users -= 1;
      if (shared.users > 0) return;
      this.#forget(key, shared);
      shared.unused.abort();
      await shared.starting.then(
        (process) => process.stop(),
        () => undefined,
      );
    };
    try {
      const process = await raceAbort(shared.starting, signal, 'execute');
      return { process, retire: () => this.#forget(key, shared), giveBack };
    } catch (error) {
      await giveBack();
      throw error;
    }
  }

  #begin(key: string, sparkConf: SparkConf): SharedStart {
    const unused = new AbortController();
    const shared: SharedStart = { starting: this.#start(sparkConf, unused.signal), unused, users: 0 };
    this.#current.set(key, shared);
    // A process that has ended, or failed to start, is not given to later sessions.
    const forget = (): void => this.#forget(key, shared);
    shared.starting.then(({ ended }) => ended).then(forget, forget);
    return shared;
  }

  #forget(key: string, shared: SharedStart): void {
    if (this.#current.get(key) === shared) this.#current.delete(key);
  }
}
