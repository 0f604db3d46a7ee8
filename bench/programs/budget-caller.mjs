// Describes one session as often as the rate budget allows: node budget-caller.mjs OPTIONS HANDLE, both as JSON. Prints a line when it is
// ready; a line `MILLISECONDS` on stdin starts it, and it answers with the number of calls that succeeded.
import { createInterface } from 'node:readline';
import { openSessions } from 'anysession';

const [options, handle] = process.argv.slice(2);
/** Calls under way at once: more than the rate allows. */
const CALLERS = 4;

const sessions = await openSessions({
  config: {
    defaultEnvironment: 'bench',
    environments: { bench: JSON.parse(options) },
  },
});
const session = await sessions.attach(handle);

async function describeUntil(endMs) {
  let calls = 0;
  while (performance.now() < endMs) {
    // A call that was throttled until it gave up is counted by the service.
    await session.refresh().then(
      () => (calls += 1),
      () => {},
    );
  }
  return calls;
}

console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const endMs = performance.now() + Number(line);
  const counts = await Promise.all(Array.from({ length: CALLERS }, () => describeUntil(endMs)));
  console.log(counts.reduce((sum, count) => sum + count, 0));
}
await sessions.close();
