import type { ColumnBatch, ColumnData } from '../../contract/column-batch.ts';
import { SessionError } from '../../contract/session-error.ts';
import type { StatementExecution } from '../../contract/statement-runner.ts';
import { alterExecute, alterObservations, brokenProvider, type BrokenProvider } from './broken-provider.ts';

/** The same result with other batches. */
function withBatches(
  execution: StatementExecution,
  change: (batches: AsyncIterable<ColumnBatch>) => AsyncIterable<ColumnBatch>,
): StatementExecution {
  return {
    fields: execution.fields,
    batches: () => change(execution.batches()),
    close: () => execution.close(),
  };
}

/** The same result with other columns. */
function withColumns(execution: StatementExecution, change: (column: ColumnData) => ColumnData): StatementExecution {
  return withBatches(execution, async function* (batches) {
    for await (const batch of batches) yield { ...batch, columns: batch.columns.map(change) };
  });
}

/** Wrong in how SQL runs. */
export const BROKEN_STATEMENTS: readonly BrokenProvider[] = [
  brokenProvider({
    name: 'first-batch-last',
    fault: 'gives the batches of a result in another order',
    breaks: ['C-050'],
    wrap: (sound) =>
      alterExecute(sound, (runner) => async (handle, request, call) => {
        const execution = await runner.execute(handle, request, call);
        return withBatches(execution, async function* (batches) {
          let first: ColumnBatch | undefined;
          for await (const batch of batches) {
            if (first === undefined) first = batch;
            else yield batch;
          }
          if (first !== undefined) yield first;
        });
      }),
  }),
  brokenProvider({
    name: 'keeps-the-engine',
    fault: 'does not let go of a result that is closed early',
    breaks: ['C-050'],
    wrap: (sound) =>
      alterExecute(sound, (runner) => async (handle, request, call) => {
        const execution = await runner.execute(handle, request, call);
        const batches = execution.batches();
        // One that is left after its first batch is never ended.
        const unending = { [Symbol.asyncIterator]: () => ({ next: () => batches[Symbol.asyncIterator]().next() }) };
        return { fields: execution.fields, batches: () => unending, close: async () => {} };
      }),
  }),
  brokenProvider({
    name: 'splices-parameters',
    fault: 'writes values into the text of the statement',
    breaks: ['C-051'],
    wrap: (sound) =>
      alterExecute(sound, (runner) => (handle, { parameters = [], ...request }, call) => {
        let text = request.text;
        for (const [name, value] of Object.entries(parameters)) {
          text = text.replace(Array.isArray(parameters) ? '?' : `$${name}`, `'${String(value)}'`);
        }
        return runner.execute(handle, { ...request, text }, call);
      }),
  }),
  brokenProvider({
    name: 'no-table-for-sql-errors',
    fault: 'lets a mistake in a statement pass for an answer that nobody knows',
    breaks: ['C-052'],
    wrap: (sound) =>
      alterExecute(
        sound,
        (runner) => (handle, request, call) =>
          runner.execute(handle, request, call).catch((error: unknown) => {
            const isRefusal = SessionError.is(error, 'invalid-request') && error.native?.code === 'BadStatement';
            throw isRefusal ? new SessionError('unexpected', error.message, { operation: 'execute', handle }) : error;
          }),
      ),
  }),
  brokenProvider({
    name: 'walks-away',
    fault: 'stops waiting for an aborted statement and leaves the engine at work',
    breaks: ['C-053'],
    wrap: (sound) =>
      alterExecute(sound, (runner) => (handle, request, call) => {
        if (call.signal.aborted) return runner.execute(handle, request, call);
        const { signal } = new AbortController();
        return new Promise((resolve, reject) => {
          const error = new SessionError('aborted', 'execute was aborted', { operation: 'execute', handle });
          call.signal.addEventListener('abort', () => reject(error), { once: true });
          runner.execute(handle, request, { ...call, signal }).then(resolve, reject);
        });
      }),
  }),
  brokenProvider({
    name: 'never-busy',
    fault: 'shows a busy session as ready although its service tells',
    breaks: ['C-054'],
    wrap: (sound) =>
      alterObservations(sound, ({ busySource, ...observation }) =>
        busySource === undefined ? observation : { ...observation, state: 'ready', acceptsWork: true },
      ),
  }),
  brokenProvider({
    name: 'runs-after-the-end',
    fault: 'answers a statement in an ended session with an empty result',
    breaks: ['C-055'],
    wrap: (sound) =>
      alterExecute(
        sound,
        (runner) => (handle, request, call) =>
          runner.execute(handle, request, call).catch((error: unknown) => {
            if (!SessionError.is(error, 'session-failed')) throw error;
            return { fields: [], async *batches() {}, close: async () => {} };
          }),
      ),
  }),
  brokenProvider({
    name: 'milliseconds',
    fault: 'reads timestamps through Date and loses the microseconds',
    breaks: ['C-056'],
    wrap: (sound) =>
      alterExecute(
        sound,
        (runner) => async (handle, request, call) =>
          withColumns(await runner.execute(handle, request, call), (column) => {
            if (column.type.kind !== 'timestamp' || !(column.values instanceof BigInt64Array)) return column;
            return { ...column, values: column.values.map((value) => (value / 1000n) * 1000n) };
          }),
      ),
  }),
  brokenProvider({
    name: 'loses-nulls',
    fault: 'gives zero for null',
    breaks: ['C-051', 'C-056'],
    wrap: (sound) =>
      alterExecute(
        sound,
        (runner) => async (handle, request, call) =>
          withColumns(await runner.execute(handle, request, call), ({ validity: _dropped, ...column }) => column),
      ),
  }),
  brokenProvider({
    name: 'drops-the-last-batch',
    fault: 'takes the end of the stream for the end of the rows',
    breaks: ['C-050'],
    wrap: (sound) =>
      alterExecute(
        sound,
        (runner) => async (handle, request, call) =>
          withBatches(await runner.execute(handle, request, call), async function* (batches) {
            let held: ColumnBatch | undefined;
            let count = 0;
            for await (const batch of batches) {
              if (held !== undefined) yield held;
              held = batch;
              count += 1;
            }
            if (held !== undefined && count === 1) yield held;
          }),
      ),
  }),
  brokenProvider({
    name: 'everything-is-text',
    fault: 'says of every column that it is text',
    breaks: ['C-050', 'C-051', 'C-056'],
    wrap: (sound) =>
      alterExecute(sound, (runner) => async (handle, request, call) => {
        const execution = await runner.execute(handle, request, call);
        const fields = execution.fields.map((field) => ({ ...field, type: { kind: 'text' as const } }));
        return { fields, batches: () => execution.batches(), close: () => execution.close() };
      }),
  }),
  brokenProvider({
    name: 'nameless-statement',
    fault: 'names a refused statement after its internal function',
    breaks: ['C-052'],
    wrap: (sound) =>
      alterExecute(
        sound,
        (runner) => (handle, request, call) =>
          runner.execute(handle, request, call).catch((error: unknown) => {
            const isRefusal = SessionError.is(error, 'invalid-request') && error.native?.code === 'BadStatement';
            throw isRefusal ? error.with({ operation: 'prepareStatement' }) : error;
          }),
      ),
  }),
  brokenProvider({
    name: 'busy-by-hearsay',
    fault: 'names the service as the source of what it only knows itself',
    breaks: ['C-054'],
    capabilities: { reportsBusy: false },
    wrap: (sound) => {
      let running = 0;
      const counting = alterExecute(sound, (runner) => async (handle, request, call) => {
        running += 1;
        try {
          return await runner.execute(handle, request, call);
        } finally {
          running -= 1;
        }
      });
      return alterObservations(counting, (observation) =>
        running > 0 && observation.state === 'ready'
          ? { ...observation, state: 'busy', acceptsWork: false, busySource: 'service' }
          : observation,
      );
    },
  }),
];
