// A keyed session and one query with a bound parameter; the README shows it.
import { openSessions } from 'anysession';
import { config, dataFile } from './data.ts';

// region readme
await using sessions = await openSessions({ config }); // the config file and ANYSESSION_ENV select the provider
await using session = await sessions.start({
  name: 'nightly',
  key: 'nightly-2026-11-20', // the same key never starts a second session
  restart: true, // if that session has ended, a rerun starts a new one
  idleTimeoutMs: 30 * 60_000, // if this process dies, the cloud ends the session
});

const result = await session.sql(
  `SELECT weather, count(*) AS days, round(avg(temp_max), 1) AS warmest
     FROM read_csv(?) GROUP BY weather ORDER BY days DESC`,
  { parameters: [dataFile('seattle-weather.csv')], timeoutMs: 60_000 },
);
console.table(await result.rows());
// endregion
