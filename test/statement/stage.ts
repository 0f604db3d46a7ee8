import type { ColumnBatch, ColumnField, SessionHandle, StatementRunner } from '../../src/provider-kit/index.ts';
import { Result } from '../../src/statement/result.ts';
import { Statement, type StatementOptions } from '../../src/statement/statement.ts';
import { RecordingLogger, SeededRandom, VirtualClock } from '../../src/testing/index.ts';
import { ScriptedRunner, workForEver, type EngineScript } from './scripted-runner.ts';

export const HANDLE: SessionHandle = { v: 1, provider: 'scripted', scope: 'here', id: 's-1' };

/** A scripted engine with a clock, and a session that is ready unless told otherwise. */
export class Stage {
  readonly runner: ScriptedRunner;
  readonly clock = new VirtualClock();
  readonly logger = new RecordingLogger();
  readonly #random = new SeededRandom(7);

  constructor(script: EngineScript = {}) {
    this.runner = new ScriptedRunner(script);
  }

  /** Submits a statement whose session never becomes ready. */
  submitQueued(options: StatementOptions = {}): Statement {
    return this.submit('SELECT n', options, (signal) => workForEver(signal));
  }

  submit(
    text = 'SELECT n',
    options: StatementOptions = {},
    whenReady: (signal: AbortSignal) => Promise<StatementRunner> = () => Promise.resolve(this.runner),
  ): Statement {
    const { clock, logger } = this;
    return Statement.submit({ handle: HANDLE, clock, logger, random: this.#random, whenReady }, text, options);
  }
}

/** A result of batches that are in memory. */
export function resultOf(fields: readonly ColumnField[], batches: readonly ColumnBatch[]): Result {
  const left = batches.filter(({ rowCount }) => rowCount > 0);
  return new Result(fields, { take: async () => left.shift(), close: async () => {} });
}

/** Everything that an iterable gives. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
