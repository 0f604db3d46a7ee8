import type { ColumnBatch, ColumnData } from '../../contract/column-batch.ts';
import { SessionError } from '../../contract/session-error.ts';
import type { StatementExecution, StatementRunner } from '../../contract/statement-runner.ts';
import {
  alter,
  answering,
  asking,
  broken,
  failing,
  reporting,
  type BrokenProvider,
  type Replacements,
} from './broken-provider.ts';

type Batches = AsyncIterable<ColumnBatch>;

/** Defines a provider whose runner of statements has a fault. */
function brokenRunner(
  name: string,
  breaks: readonly string[],
  fault: string,
  replace: (runner: StatementRunner) => Replacements<StatementRunner>,
): BrokenProvider {
  return broken(name, breaks, fault, ({ statements }) =>
    statements === undefined ? {} : { statements: alter(statements, replace(statements)) },
  );
}

/** Changes the batches of every result. */
function changeBatches(runner: StatementRunner, change: (batches: Batches) => Batches): Replacements<StatementRunner> {
  return answering(runner, 'execute', (result) => alter(result, { batches: () => change(result.batches()) }));
}

/** Changes the columns of every result. */
function changeColumns(
  runner: StatementRunner,
  change: (column: ColumnData) => ColumnData,
): Replacements<StatementRunner> {
  return changeBatches(runner, async function* (batches) {
    for await (const batch of batches) yield { ...batch, columns: batch.columns.map(change) };
  });
}

/** Whether an engine refused the text of a statement. */
function isRefusal(error: SessionError): boolean {
  return error.native?.code === 'BadStatement';
}

/** Wrong in how SQL runs. */
export const BROKEN_STATEMENTS: readonly BrokenProvider[] = [
  brokenRunner('first-batch-last', ['C-050'], 'returns the batches of a result in another order', (runner) =>
    changeBatches(runner, async function* (batches) {
      let first: ColumnBatch | undefined;
      for await (const batch of batches) {
        if (first === undefined) first = batch;
        else yield batch;
      }
      if (first !== undefined) yield first;
    }),
  ),
  brokenRunner('drops-the-last-batch', ['C-050'], 'drops the last of several batches', (runner) =>
    changeBatches(runner, async function* (batches) {
      const held: ColumnBatch[] = [];
      for await (const batch of batches) held.push(batch);
      yield* held.slice(0, Math.max(1, held.length - 1));
    }),
  ),
  brokenRunner('keeps-the-engine', ['C-050'], 'keeps a result that is closed early', (runner) =>
    answering(runner, 'execute', (result): StatementExecution => {
      const batches = result.batches();
      // Without `return`, leaving the loop early does not end the generator.
      const unending = { [Symbol.asyncIterator]: () => ({ next: () => batches[Symbol.asyncIterator]().next() }) };
      return alter(result, { batches: () => unending, close: async () => {} });
    }),
  ),
  brokenRunner('everything-is-text', ['C-050', 'C-051', 'C-056'], 'reports every column as text', (runner) =>
    answering(runner, 'execute', (result) =>
      alter(result, { fields: result.fields.map((field) => ({ ...field, type: { kind: 'text' as const } })) }),
    ),
  ),
  brokenRunner('splices-parameters', ['C-051'], 'writes values into the text of the statement', (runner) =>
    asking(runner, 'execute', (handle, { parameters = [], ...request }, call) => {
      let text = request.text;
      for (const [name, value] of Object.entries(parameters)) {
        text = text.replace(Array.isArray(parameters) ? '?' : `$${name}`, `'${String(value)}'`);
      }
      return [handle, { ...request, text }, call];
    }),
  ),
  brokenRunner('no-row-for-sql-errors', ['C-052'], 'reports a refused statement as unexpected', (runner) =>
    failing(runner, 'execute', 'invalid-request', (error, handle) =>
      isRefusal(error) ? new SessionError('unexpected', error.message, { operation: 'execute', handle }) : error,
    ),
  ),
  brokenRunner('nameless-statement', ['C-052'], 'names an internal function in the error of a statement', (runner) =>
    failing(runner, 'execute', 'invalid-request', (error) =>
      isRefusal(error) ? error.with({ operation: 'prepareStatement' }) : error,
    ),
  ),
  brokenRunner('abandons-statements', ['C-053'], 'leaves the engine working on an aborted statement', (runner) => ({
    execute: (handle, request, call) => {
      if (call.signal.aborted) return runner.execute(handle, request, call);
      const { signal } = new AbortController();
      return new Promise((resolve, reject) => {
        const error = new SessionError('aborted', 'execute was aborted', { operation: 'execute', handle });
        call.signal.addEventListener('abort', () => reject(error), { once: true });
        runner.execute(handle, request, { ...call, signal }).then(resolve, reject);
      });
    },
  })),
  broken('never-busy', ['C-054'], 'reports a busy session as ready', (sound) =>
    reporting(sound, ({ busySource, ...seen }) =>
      busySource === undefined ? seen : { ...seen, state: 'ready', acceptsWork: true },
    ),
  ),
  broken(
    'wrong-busy-source',
    ['C-054'],
    'names the service as the source of what only the provider knows',
    (sound) => {
      const { statements } = sound;
      let running = 0;
      const execute: StatementRunner['execute'] = async (handle, request, call) => {
        running += 1;
        try {
          return await (statements as StatementRunner).execute(handle, request, call);
        } finally {
          running -= 1;
        }
      };
      return {
        statements: statements && alter(statements, { execute }),
        ...reporting(sound, (seen) =>
          running > 0 && seen.state === 'ready'
            ? { ...seen, state: 'busy', acceptsWork: false, busySource: 'service' }
            : seen,
        ),
      };
    },
    { reportsBusy: false },
  ),
  brokenRunner('runs-after-the-end', ['C-055'], 'returns an empty result in an ended session', (runner) =>
    failing(runner, 'execute', 'session-failed', async () => ({
      fields: [],
      async *batches() {},
      close: async () => {},
    })),
  ),
  brokenRunner('milliseconds', ['C-056'], 'reads timestamps as Date and loses the microseconds', (runner) =>
    changeColumns(runner, (column) => {
      if (column.type.kind !== 'timestamp' || !(column.values instanceof BigInt64Array)) return column;
      return { ...column, values: column.values.map((value) => (value / 1000n) * 1000n) };
    }),
  ),
  brokenRunner('loses-nulls', ['C-051', 'C-056'], 'returns zero for null', (runner) =>
    changeColumns(runner, ({ validity: _dropped, ...column }) => column),
  ),
];
