// The program of the README: one keyed session, one query with a bound parameter.
import { openSessions } from 'anysession';
import { config, dataFile } from './data.ts';

// region readme
await using sessions = await openSessions({ config }); // config file and ANYSESSION_ENV pick the provider
await using session = await sessions.start({
  name: 'nightly',
  key: 'nightly-2026-11-20', // asked for twice, started once
  idleTimeoutMs: 30 * 60_000, // the cloud ends it if we cannot
});

const result = await session.sql(
  `SELECT weather, count(*) AS days, round(avg(temp_max), 1) AS warmest
     FROM read_csv(?) GROUP BY weather ORDER BY days DESC`,
  { parameters: [dataFile('seattle-weather.csv')], timeoutMs: 60_000 },
);
console.table(await result.rows());
// endregion
