// Process start to the first row, the way a user writes it.
import { openSessions } from 'anysession';

const sessions = await openSessions();
const session = await sessions.start();
const result = await session.sql(process.argv[2]);
const [row] = await result.rows();
console.log(row);
await sessions.close();
