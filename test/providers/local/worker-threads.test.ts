import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { LocalBench } from './open-local.ts';

// The loader of TypeScript has to be registered in each thread.
const FIXTURE = new URL('./fixtures/sql-worker.ts', import.meta.url).href;
const START = `import(${JSON.stringify(import.meta.resolve('tsx/esm/api'))}).then(({ register }) => {
  register();
  return import(${JSON.stringify(FIXTURE)});
});`;

it('DuckDB runs in worker threads and the main thread at the same time, and the threads end by themselves', async () => {
  const bench = new LocalBench();
  const session = await bench.ready();
  const workers = [0, 1, 2].map(() => new Worker(START, { eval: true }));
  const results = workers.map(async (worker) => {
    const [[rows], [code]] = (await Promise.all([once(worker, 'message'), once(worker, 'exit')])) as [
      unknown[],
      unknown[],
    ];
    return { rows, code };
  });
  expect(await bench.rows(session, 'SELECT 42')).toEqual([[42]]);
  expect(await Promise.all(results)).toEqual(workers.map(() => ({ rows: [[42]], code: 0 })));
  await bench.provider.close();
});
