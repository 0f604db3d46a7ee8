import { plugin } from '../../providers/local/plugin.ts';
import type { ColumnBatch } from '../../src/contract/column-batch.ts';
import type { SessionHandle } from '../../src/contract/session-handle.ts';
import type { SessionProvider } from '../../src/contract/session-provider.ts';
import type { StatementExecution, StatementRunner } from '../../src/contract/statement-runner.ts';
import { silentLogger, systemClock, systemRandom } from '../../src/session/system-ports.ts';
import type { Result } from '../../src/statement/result.ts';
import { startRequest, unlimitedCall } from '../calls.ts';
import { Statement, type StatementOptions } from '../../src/statement/statement.ts';

const PORTS = { clock: systemClock, random: systemRandom, logger: silentLogger };

/** A session of the local provider on DuckDB, and a runner that counts the batches it hands over. */
export class DuckDbStage {
  /** Batches that the engine has handed over since the stage was opened. */
  pulled = 0;
  readonly handle: SessionHandle;
  readonly #provider: SessionProvider;
  readonly #runner: StatementRunner;

  static async open(): Promise<DuckDbStage> {
    const parsed = plugin.parseOptions({ engine: 'duckdb', threads: 2 });
    if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join());
    const provider = plugin.create(parsed.config, PORTS);
    let seen = await provider.start(startRequest(), unlimitedCall());
    while (seen.state === 'creating') {
      await new Promise((resolve) => setTimeout(resolve, 2));
      seen = await provider.describe(seen.handle, unlimitedCall());
    }
    return new DuckDbStage(provider, seen.handle);
  }

  constructor(provider: SessionProvider, handle: SessionHandle) {
    const { statements } = provider;
    if (statements === undefined) throw new Error('the local provider runs no statements');
    this.#provider = provider;
    this.handle = handle;
    this.#runner = {
      execute: async (of, request, context) => this.#counted(await statements.execute(of, request, context)),
      progress: (of, id) => statements.progress(of, id),
    };
  }

  submit(text: string, options: StatementOptions = {}): Statement {
    return Statement.submit({ ...PORTS, handle: this.handle, whenReady: async () => this.#runner }, text, options);
  }

  sql(text: string, options: StatementOptions = {}): Promise<Result> {
    return this.submit(text, options).result();
  }

  /** The session's state now. */
  async state(): Promise<string | undefined> {
    return (await this.#provider.describe(this.handle, unlimitedCall())).state;
  }

  close(): Promise<void> {
    return this.#provider.close();
  }

  #counted(execution: StatementExecution): StatementExecution {
    const count = async function* (this: DuckDbStage): AsyncGenerator<ColumnBatch> {
      for await (const batch of execution.batches()) {
        this.pulled += 1;
        yield batch;
      }
    };
    return { fields: execution.fields, batches: () => count.call(this), close: () => execution.close() };
  }
}
