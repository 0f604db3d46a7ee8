// A program that holds a session until it is killed: leak.mjs CONFIG ENVIRONMENT
import { openSessions } from 'anysession';

const [config, environment] = process.argv.slice(2);
const sessions = await openSessions({ config, environment });
const session = await sessions.start();
await session.whenReady();
console.log(session.handle.id);
setInterval(() => {}, 1_000);
