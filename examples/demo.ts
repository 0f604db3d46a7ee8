// Starts a session on the provider that the config file names, uses it, and ends it.
//   npm run demo                                  the default environment
//   npm run demo -- --env ci                      another one; ANYSESSION_ENV=ci does the same
//   npm run demo -- --env athena --emulated       a cloud environment, on an emulator of that cloud
import { parseArgs } from 'node:util';
import { openSessions } from 'anysession';
import { config, dataFile } from './data.ts';
import { emulateClouds } from './emulated-clouds.ts';

const { values } = parseArgs({ options: { env: { type: 'string' }, emulated: { type: 'boolean', default: false } } });

await using _clouds = values.emulated ? await emulateClouds() : undefined;
await using sessions = await openSessions({ config, environment: values.env });
const { provider, environment, dialect } = sessions;
console.log(`environment ${environment}: provider ${provider.id}, SQL dialect ${dialect}`);

await using session = await sessions.start({ name: 'demo' });
session.on('state', ({ from, to, status }) => {
  console.log(`  session ${session.handle.id}: ${from} → ${to}${status.final ? ', final' : ''}`);
});
await session.whenReady();

if (provider.capabilities.sql) {
  const routes = await session.sql(
    `SELECT o.city AS "from", d.city AS "to", f.count AS flights
       FROM read_csv($flights) f
       JOIN read_csv($airports) o ON o.iata = f.origin
       JOIN read_csv($airports) d ON d.iata = f.destination
      ORDER BY flights DESC LIMIT 5`,
    { parameters: { flights: dataFile('flights-airport.csv'), airports: dataFile('airports.csv') } },
  );
  console.table(await routes.rows());
} else if (provider.capabilities.sparkConnect) {
  const late = await session.sql(
    `SELECT carrier, avg(delay) AS late FROM VALUES ('AA', 10), ('AA', 30), ('HA', 5) AS f(carrier, delay)
      WHERE delay > :atLeast GROUP BY carrier ORDER BY carrier`,
    { parameters: { atLeast: 1 } },
  );
  console.table(await late.rows());
  await using proxy = await session.proxy(); // PySpark, dbt and others connect to its `url`
  console.log(`  other Spark clients connect to ${proxy.host}:${proxy.port}`);
}

await session.terminate({ wait: true }); // resolves when the session is final
console.log('The session has ended. Nothing is billed.');
