/**
 * Blocks of Python on Athena's PySpark engine version 3, which takes no SQL text: one that succeeds, one that fails.
 * Runs on the Athena emulator, which runs the code in python3, without Spark. Without `emulateClouds` it runs on your AWS account.
 */
import { openSessions, SessionError } from 'anysession';
import { emulateClouds } from './emulated-clouds.ts';

await using _clouds = await emulateClouds({ runCode: true });

const config = new URL('anysession.config.yaml', import.meta.url).pathname;
await using sessions = await openSessions({ config, environment: 'pyspark' });
await using session = await sessions.start({ idleTimeoutMs: 10 * 60_000 });

const done = await session.calculate('print(len(range(10)))', {
  name: 'count to ten',
  timeoutMs: 10 * 60_000,
  onProgress: ({ nativeState }) => console.log(nativeState),
});
console.log(`${done.state} after ${done.executionMs} ms of processors, and printed ${await done.text('stdout')}`);

try {
  await session.calculate('print(sprak.range(10).count())');
} catch (error) {
  if (!SessionError.is(error, 'invalid-request')) throw error;
  console.log(error.message); // what the code did wrong, in the words of the service
}
console.log(`the session keeps running: ${session.status.state}`);
