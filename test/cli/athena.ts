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
    emulator,
    /** Starts a session by hand; returns its id. */
    async startSession(): Promise<string> {
      const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AmazonAthena.StartSession' };
      const body = JSON.stringify({ WorkGroup: 'spark35', EngineConfiguration: {} });
      const started = await fetch(emulator.urls.athena, { method: 'POST', headers, body });
      return ((await started.json()) as { readonly SessionId: string }).SessionId;
    },
    reaches: (state: string) => expect.poll(states, { timeout: 60_000 }).toEqual([state]),
    /** One session was started, and none is left. */
    isEnded: () => expect.poll(states, { timeout: 60_000 }).toEqual(['TERMINATED']),
  };
}
