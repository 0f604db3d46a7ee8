import type { ColumnBatch, ColumnField } from '../../../src/contract/column-batch.ts';
import type { Observation } from '../../../src/contract/observation.ts';
import type { Clock } from '../../../src/contract/ports.ts';
import type { SessionHandle } from '../../../src/contract/session-handle.ts';
import type { SessionProvider } from '../../../src/contract/session-provider.ts';
import type { SessionState } from '../../../src/contract/session-state.ts';
import type { CallContext } from '../../../src/contract/call-context.ts';
import type { StartRequest } from '../../../src/contract/start-request.ts';
import type { Parameters, StatementExecution } from '../../../src/contract/statement-runner.ts';
import { silentLogger, systemClock, systemRandom } from '../../../src/session/system-ports.ts';
import { type ResultValue } from '../../../src/statement/values/result-value.ts';
import { decodeColumn } from '../../../src/statement/values/decode-column.ts';
import { plugin } from '../../../providers/local/plugin.ts';
import { startRequest, unlimitedCall } from '../../calls.ts';

export { startRequest };

/** A call without an abort or a deadline. */
export const FREE_CALL = unlimitedCall();

/** A call with a signal. */
export function callWith(signal: AbortSignal): CallContext {
  return { ...FREE_CALL, signal };
}

/** A statement that takes minutes. */
export const LONG_SQL = 'SELECT count(*) FROM range(300000000) a(i), range(30) b(j) WHERE hash(i, j) % 7 = 0';

/** A result that was read completely. */
export interface ReadResult {
  readonly fields: readonly ColumnField[];
  readonly batches: readonly ColumnBatch[];
  readonly rows: readonly (readonly ResultValue[])[];
}

/** A local provider with the steps that most tests need. */
export class LocalBench {
  readonly provider: SessionProvider;
  #statements = 0;

  constructor(options: Record<string, unknown> = {}, clock: Clock = systemClock) {
    const parsed = plugin.parseOptions({ threads: 2, ...options });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    this.provider = plugin.create(parsed.config, { clock, random: systemRandom, logger: silentLogger });
  }

  start(changes: Partial<StartRequest> = {}): Promise<Observation> {
    return this.provider.start(startRequest(changes), FREE_CALL);
  }

  /** Starts a session and waits until it is ready. */
  async ready(changes: Partial<StartRequest> = {}): Promise<SessionHandle> {
    const { handle } = await this.start(changes);
    await this.until(handle, 'ready');
    return handle;
  }

  describe(handle: SessionHandle): Promise<Observation> {
    return this.provider.describe(handle, FREE_CALL);
  }

  terminate(handle: SessionHandle): Promise<Observation> {
    return this.provider.terminate(handle, FREE_CALL);
  }

  /** Polls until the session is in a state, or final; fails after 30 seconds. */
  async until(handle: SessionHandle, state: SessionState | 'final'): Promise<Observation> {
    const timeoutAt = performance.now() + 30_000;
    for (;;) {
      const seen = await this.describe(handle);
      if (state === 'final' ? seen.final : seen.state === state) return seen;
      if (performance.now() > timeoutAt) throw new Error(`still ${seen.nativeState}: ${seen.reason ?? 'no reason'}`);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  execute(
    handle: SessionHandle,
    text: string,
    { parameters, ...call }: { parameters?: Parameters | undefined; signal?: AbortSignal; deadline?: number } = {},
  ): Promise<StatementExecution> {
    this.#statements += 1;
    const request = { id: `statement-${this.#statements}`, text, ...(parameters && { parameters }) };
    const signal = new AbortController().signal;
    return this.provider.statements!.execute(handle, request, { ...FREE_CALL, signal, ...call });
  }

  /** Runs a statement and reads its result. */
  async run(handle: SessionHandle, text: string, parameters?: Parameters): Promise<ReadResult> {
    return readAll(await this.execute(handle, text, { parameters }));
  }

  /** The rows of a statement. */
  async rows(handle: SessionHandle, text: string, parameters?: Parameters): Promise<ReadResult['rows']> {
    return (await this.run(handle, text, parameters)).rows;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.provider.close();
  }
}

/** Reads a result completely. */
export async function readAll(execution: StatementExecution): Promise<ReadResult> {
  const batches: ColumnBatch[] = [];
  for await (const batch of execution.batches()) batches.push(batch);
  const rows = batches.flatMap(({ rowCount, columns }) => {
    const values = columns.map(decodeColumn);
    return Array.from({ length: rowCount }, (_, row) => values.map((column) => column[row] as ResultValue));
  });
  return { fields: execution.fields, batches, rows };
}
