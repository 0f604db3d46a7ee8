// The first program of the README: plain JavaScript, for every supported Node.
//   npx anysession config init && node examples/quick-start.ts
// region readme
import { openSessions } from 'anysession';

const sessions = await openSessions(); // reads anysession.config.yaml
try {
  const session = await sessions.start({ name: 'first', idleTimeoutMs: 10 * 60_000 });
  const result = await session.sql('SELECT ? AS greeting, 6 * 7 AS answer', { parameters: ['hello'] });
  console.table(await result.rows());
} finally {
  await sessions.close(); // terminates the sessions that it started
}
// endregion
