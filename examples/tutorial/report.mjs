import { openSessions } from 'anysession';

const FLIGHTS = `(VALUES ('AA', 12), ('AA', 18), ('UA', 5)) AS flights(carrier, delay)`;

const sessions = await openSessions();
try {
  const session = await sessions.start({ name: 'report', idleTimeoutMs: 5 * 60_000 });
  const result = await session.sql(
    `SELECT carrier, avg(delay) AS late FROM ${FLIGHTS} WHERE delay > ? GROUP BY carrier ORDER BY carrier`,
    { parameters: [10] },
  );
  console.table(await result.rows());
} finally {
  await sessions.close();
}
