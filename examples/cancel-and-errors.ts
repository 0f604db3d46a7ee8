// What happens when things go wrong: a cancelled statement, broken SQL, a key whose session has ended.
import { openSessions, SessionError } from 'anysession';
import { config } from './data.ts';

await using sessions = await openSessions({ config });
await using session = await sessions.start({ key: 'cancel-demo' });

const endless = session.submit('SELECT count(*) FROM range(1000000000000) a, range(1000) b');
endless.on('state', (state) => console.log(`statement is ${state}`));
await session.whenReady();
setTimeout(() => void endless.cancel(), 200);
await report(() => endless.result());

await report(() => session.sql('SELEC 42'));
console.log('the session keeps running:', await (await session.sql('SELECT 42 AS answer')).rows());

await session.terminate({ wait: true });
await report(() => sessions.start({ key: 'cancel-demo' }));
await using next = await sessions.start({ key: 'cancel-demo', restart: true });
console.log(`next generation of the same key: ${(await next.whenReady()).state}`);

async function report(action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!SessionError.is(error)) throw error;
    console.log(
      `${error.kind} (exit code and HTTP status follow from it):\n  ${error.message.split('\n').join('\n  ')}`,
    );
  }
}
