// Three million rows pass through in batches: memory stays small because nothing is read ahead of the loop.
import { openSessions } from 'anysession';
import { config, dataFile } from './data.ts';

await using sessions = await openSessions({ config });
await using session = await sessions.start({ name: 'large-result' });

const flights = await session.sql('SELECT * FROM read_parquet(?)', { parameters: [dataFile('flights-3m.parquet')] });
console.log(flights.schema.fields.map((field) => `${field.name} ${field.type}`).join(', '));

let rows = 0;
let batches = 0;
for await (const batch of flights.batches()) {
  rows += batch.rowCount;
  batches += 1;
}
console.log(`${rows} rows in ${batches} batches, ${Math.round(process.memoryUsage().rss / 2 ** 20)} MB resident`);

// The same data as an Arrow table, for everything that speaks Arrow.
const byMonth = await session.sql(
  `SELECT date_trunc('month', date) AS month, avg(delay) AS late FROM read_parquet(?) GROUP BY 1 ORDER BY 1`,
  { parameters: [dataFile('flights-3m.parquet')] },
);
const table = await byMonth.toArrow();
console.log(
  `Arrow: ${table.numRows} rows, ${table.schema.fields.map((field) => `${field.name}: ${field.type}`).join(', ')}`,
);
