// Starts a session on the provider that the config file names, asks it something, and ends it.
//   npm run demo                      the default environment
//   npm run demo -- --env ci          another one; ANYSESSION_ENV=ci does the same
import { parseArgs } from 'node:util';
import { openSessions } from 'anysession';
import { config, dataFile } from './data.ts';

const { values } = parseArgs({ options: { env: { type: 'string' } } });

await using sessions = await openSessions({ config, environment: values.env });
console.log(`environment ${sessions.environment}: provider ${sessions.provider.id}, SQL dialect ${sessions.dialect}`);

await using session = await sessions.start({ name: 'demo' });
session.on('state', ({ from, to, status }) => {
  console.log(`  session ${session.handle.id}: ${from} → ${to}${status.final ? ', for good' : ''}`);
});
await session.whenReady();

const routes = await session.sql(
  `SELECT o.city AS "from", d.city AS "to", f.count AS flights
     FROM read_csv($flights) f
     JOIN read_csv($airports) o ON o.iata = f.origin
     JOIN read_csv($airports) d ON d.iata = f.destination
    ORDER BY flights DESC LIMIT 5`,
  { parameters: { flights: dataFile('flights-airport.csv'), airports: dataFile('airports.csv') } },
);
console.table(await routes.rows());

await session.terminate({ wait: true }); // resolves when the session is final
console.log('the session has ended and nothing is held or billed any more');
