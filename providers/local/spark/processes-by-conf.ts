import type { EngineProcess } from './engine-process.ts';
import type { SparkConf } from './engine-server.ts';
import { SharedProcess } from './shared-process.ts';

/** Shared server processes, one for each set of properties that a server is started with. */
export class ProcessesByConf {
  readonly #start: (sparkConf: SparkConf, signal: AbortSignal) => Promise<EngineProcess>;
  readonly #processes = new Map<string, SharedProcess>();

  constructor(start: (sparkConf: SparkConf, signal: AbortSignal) => Promise<EngineProcess>) {
    this.#start = start;
  }

  /** The process of these properties, in whatever order they are written. */
  of(sparkConf: SparkConf): SharedProcess {
    const key = JSON.stringify(Object.entries(sparkConf).sort(([one], [other]) => (one < other ? -1 : 1)));
    const process = this.#processes.get(key) ?? new SharedProcess((signal) => this.#start(sparkConf, signal));
    this.#processes.set(key, process);
    return process;
  }
}
