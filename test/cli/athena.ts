import type { TestContext } from 'vitest';
import { startEmulator } from '../../src/emulator/start-emulator.ts';
import { configFolder } from '../config/config-folder.ts';

/** Runs until it is cancelled. */
export const ENDLESS = 'SELECT sum(a.range * b.range) FROM range(10000000) a, range(100000) b';

/** An emulated Athena whose sessions cost until they are terminated, and a folder with its configuration. */
export async function athena(startupMs: number, { expect, onTestFinished }: TestContext) {
  const emulator = await startEmulator({ services: ['athena'], startupMs });
  onTestFinished(() => emulator.close());
  const credentials = '{ accessKeyId: AKIDTEST, secretAccessKey: none }';
  const options = `region: us-east-1, workgroup: spark35, endpoint: "${emulator.urls.athena}", credentials: ${credentials}`;
  const cwd = configFolder(
    { 'anysession.config.yaml': `environments: { dev: { provider: athena, ${options} } }` },
    onTestFinished,
  );
  const states = (): readonly string[] => emulator.oracle.sessions().map(({ state }) => state);
  return {
    cwd,
    reaches: (state: string) => expect.poll(states, { timeout: 60_000 }).toEqual([state]),
    /** One session was started, and none is left. */
    isEnded: () => expect.poll(states, { timeout: 60_000 }).toEqual(['TERMINATED']),
  };
}
