import type { WorkGroup } from '@aws-sdk/client-athena';
import type { ErrorKind } from '../../src/contract/error-kinds.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import { onAbort } from '../../src/provider-kit/on-abort.ts';
import type { ServiceCall } from '../../src/provider-kit/call-runner.ts';
import type { AthenaClient } from './client.ts';
import { toEngine } from './engine.ts';
import type { AthenaEngine } from './options.ts';

/**
 * Reads the workgroup when it is first needed and keeps the answer: its engine never changes to the other data plane.
 * A failed read is not kept. Concurrent callers share one read, which is aborted when the last of them aborts.
 * @see https://docs.aws.amazon.com/athena/latest/APIReference/API_GetWorkGroup.html (read 2026-11-20)
 */
export class WorkgroupReader {
  readonly #client: AthenaClient;
  readonly #name: string;
  #known: WorkGroup | undefined;
  #reading: { readonly promise: Promise<WorkGroup>; readonly controller: AbortController; readers: number } | undefined;

  constructor(client: AthenaClient, name: string) {
    this.#client = client;
    this.#name = name;
  }

  /** Reads it; an abort affects this caller, not the others. */
  async read(call: ServiceCall): Promise<WorkGroup> {
    if (this.#known !== undefined) return this.#known;
    const { signal } = call;
    const reading = (this.#reading ??= this.#begin(call));
    reading.readers += 1;
    // The last one to leave ends the read, so that a failed read is not kept.
    const leave = (): void => {
      stopListening();
      reading.readers -= 1;
      if (reading.readers > 0) return;
      reading.controller.abort();
      if (this.#reading === reading) this.#reading = undefined;
    };
    const stopListening = onAbort(signal, leave);
    return reading.promise.finally(() => {
      if (!signal.aborted) leave();
    });
  }

  /**
   * The engine of the workgroup's sessions.
   * @throws SessionError `invalid-request` when it runs SQL, `unsupported` when the engine is unknown.
   */
  async engine(call: ServiceCall): Promise<AthenaEngine> {
    const { Configuration: configuration } = await this.read(call);
    const { EffectiveEngineVersion: effective, SelectedEngineVersion: selected } = configuration?.EngineVersion ?? {};
    const version = effective ?? selected;
    const engine = toEngine(version);
    if (engine === 'sql') {
      throw startError(
        'invalid-request',
        `workgroup '${this.#name}' runs Athena SQL ('${version ?? ''}'), not Spark; choose a Spark-enabled workgroup`,
      );
    }
    if (engine === undefined) {
      throw startError(
        'unsupported',
        `workgroup '${this.#name}' runs '${version ?? 'an unnamed engine'}', which this release does not know; ` +
          'set the option `engine` to the most similar one',
      );
    }
    return engine;
  }

  #begin({ pay }: ServiceCall) {
    const controller = new AbortController();
    const call = { signal: controller.signal, pay };
    const promise = this.#client.send('GetWorkGroup', { WorkGroup: this.#name }, call).then((answer) => {
      this.#known = answer.WorkGroup;
      return answer.WorkGroup ?? { Name: this.#name };
    });
    return { promise, controller, readers: 0 };
  }
}

function startError(kind: ErrorKind, message: string): SessionError {
  return new SessionError(kind, message, { operation: 'start', provider: 'athena' });
}
