import { expect, it, onTestFinished } from 'vitest';
import { CLOCK, SESSIONS } from '../../../src/container/index.ts';
import { createContainer } from '../../../src/container/create-container.ts';
import { startEmulator } from '../../../src/emulator/start-emulator.ts';
import { VirtualClock } from '../../../src/testing/index.ts';
import { socketTime } from '../athena/emulated-subject.ts';
import { optionsFor } from './dataproc-subject.ts';

it('C-113 close ends a session whose creation outlasts a call', async () => {
  const clock = new VirtualClock();
  const emulator = await startEmulator({ services: ['dataproc'], clock, startupMs: 70_000 });
  onTestFinished(() => emulator.close());
  const environment = { ...optionsFor(emulator, 'grpc'), provider: 'dataproc' };
  const container = await createContainer({
    config: { defaultEnvironment: 'test', environments: { test: environment } },
    env: {},
  });
  container.rebind(CLOCK).toConstantValue(clock);
  const { settle } = socketTime(clock, () => emulator.log().length);
  const sessions = container.get(SESSIONS);
  const session = await settle(sessions.start());
  expect(session.state).toBe('creating');
  await settle(sessions.close());
  expect(session.state).toBe('terminated');
  await clock.advance(60_000);
  expect(emulator.oracle.live()).toEqual([]);
});
