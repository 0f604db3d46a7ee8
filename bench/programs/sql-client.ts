// One Spark session in its own process, for its own memory: sql-client.ts PORT. A line `arrow ROWS`, `ipc ROWS`, `stream ROWS` or
// `first` on stdin is answered with one line of JSON.
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { silentLogger, systemClock, systemRandom } from '../../src/session/system-ports.ts';
import { sparkConnectFactory } from '../../src/spark-connect/spark-connect-factory.ts';
import type { Result } from '../../src/statement/result.ts';
import { Statement } from '../../src/statement/statement.ts';

const MEGABYTE = 1e6;
const port = Number(process.argv[2]);
const ports = { clock: systemClock, random: systemRandom, logger: silentLogger };

/** Four columns, of which one is text. */
const fourColumns = (rows: number): string =>
  `SELECT id, id * 2 AS twice, CAST(id AS DOUBLE) / 3 AS third, CAST(id % 1000 AS STRING) AS text FROM range(0, ${rows})`;

function openSession(): { sql: (text: string) => Promise<Result>; close: () => Promise<void> } {
  const handle = { v: 1, provider: 'local', scope: 'bench', id: randomUUID() } as const;
  const endpoint = { host: '127.0.0.1', port, tls: false, metadata: {}, expiresAtMs: Number.POSITIVE_INFINITY };
  const runner = sparkConnectFactory(ports)(() => Promise.resolve(endpoint));
  const whenReady = () => Promise.resolve(runner);
  return {
    sql: (text) => Statement.submit({ ...ports, handle, whenReady }, text).result(),
    close: () => runner.close(),
  };
}

const session = openSession();
await (await session.sql('SELECT 1')).rows();

const measurements: Readonly<Record<string, (rows: number) => Promise<object>>> = {
  arrow: async (rows) => {
    const startedAt = performance.now();
    const table = await (await session.sql(fourColumns(rows))).toArrow();
    return { ms: performance.now() - startedAt, rows: table.numRows };
  },
  ipc: async (rows) => {
    const startedAt = performance.now();
    const result = await session.sql(fourColumns(rows));
    let bytes = 0;
    for await (const { byteLength } of result.ipcStream()) bytes += byteLength;
    return { ms: performance.now() - startedAt, rows, bytes };
  },
  stream: async (rows) => {
    let peak = 0;
    globalThis.gc?.();
    await pause(50);
    const before = process.memoryUsage.rss();
    const sampler = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 5);
    const startedAt = performance.now();
    let seen = 0;
    for await (const batch of (await session.sql(fourColumns(rows))).batches()) seen += batch.rowCount;
    const ms = performance.now() - startedAt;
    clearInterval(sampler);
    return { ms, rows: seen, peakMegabytes: (peak - before) / MEGABYTE };
  },
  first: async () => {
    const fresh = openSession();
    const startedAt = performance.now();
    const rows = await (await fresh.sql('SELECT 42 AS answer')).rows();
    const ms = performance.now() - startedAt;
    await fresh.close();
    return { ms, rows: rows.length };
  },
};

console.log('{}');
for await (const line of createInterface({ input: process.stdin })) {
  const [name = '', rows = '0'] = line.split(' ');
  console.log(JSON.stringify(await measurements[name]?.(Number(rows))));
}
await session.close();
