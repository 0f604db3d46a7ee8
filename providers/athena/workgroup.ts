import type { WorkGroup } from '@aws-sdk/client-athena';
import { SessionError } from '../../src/contract/session-error.ts';
import type { AthenaCalls } from './client.ts';
import { toEngine } from './engine.ts';
import type { AthenaEngine } from './options.ts';

/**
 * What the workgroup says, read when it is first needed and then kept: its engine never changes from one data plane to the other.
 * A failed read is not kept. Callers at the same time share one read, which is aborted when the last of them has gone.
 * @see https://docs.aws.amazon.com/athena/latest/APIReference/API_GetWorkGroup.html (read 2026-11-20)
 */
export class WorkgroupReader {
  readonly #calls: Pick<AthenaCalls, 'getWorkGroup'>;
  readonly #name: string;
  #known: WorkGroup | undefined;
  #reading: { readonly promise: Promise<WorkGroup>; readonly controller: AbortController; readers: number } | undefined;

  constructor(calls: Pick<AthenaCalls, 'getWorkGroup'>, name: string) {
    this.#calls = calls;
    this.#name = name;
  }

  /** The signal ends this caller's interest, not the read of others. */
  async read(signal: AbortSignal): Promise<WorkGroup> {
    if (this.#known !== undefined) return this.#known;
    const reading = (this.#reading ??= this.#begin());
    reading.readers += 1;
    let left = false;
    // The last one to leave takes the read along, so that a failed one is made again.
    const leave = (): void => {
      if (left) return;
      left = true;
      reading.readers -= 1;
      if (reading.readers > 0) return;
      reading.controller.abort();
      if (this.#reading === reading) this.#reading = undefined;
    };
    signal.addEventListener('abort', leave, { once: true });
    try {
      return await reading.promise;
    } finally {
      signal.removeEventListener('abort', leave);
      leave();
    }
  }

  /**
   * The engine of the workgroup's sessions.
   * @throws SessionError `invalid-request` when it runs SQL, `unsupported` when the engine is not known.
   */
  async engine(signal: AbortSignal): Promise<AthenaEngine> {
    const { Configuration: configuration } = await this.read(signal);
    const { EffectiveEngineVersion: effective, SelectedEngineVersion: selected } = configuration?.EngineVersion ?? {};
    const version = effective ?? selected;
    const engine = toEngine(version);
    if (engine === 'sql') {
      throw new SessionError(
        'invalid-request',
        `workgroup '${this.#name}' runs SQL queries ('${version ?? ''}') and has no sessions; choose a Spark-enabled workgroup`,
        { operation: 'start', provider: 'athena' },
      );
    }
    if (engine === undefined) {
      throw new SessionError(
        'unsupported',
        `workgroup '${this.#name}' runs '${version ?? 'an engine without a name'}', which this release does not know; ` +
          'set the option `engine` to the one it is like',
        { operation: 'start', provider: 'athena' },
      );
    }
    return engine;
  }

  #begin() {
    const controller = new AbortController();
    const promise = this.#calls.getWorkGroup(this.#name, controller.signal).then(({ WorkGroup: workgroup }) => {
      this.#known = workgroup;
      return workgroup ?? { Name: this.#name };
    });
    return { promise, controller, readers: 0 };
  }
}
