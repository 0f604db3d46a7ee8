import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSessions } from '../src/index.ts';
import { startEmulator } from '../src/emulator/start-emulator.ts';
import { msToFirstLine } from './fresh-process.ts';
import { interleave } from './samples.ts';

const ROUNDS = 9;
const CLI = '../../dist/src/cli/main.js';
const CLIENT = 'first-row-client.mjs';

/**
 * Milliseconds from the start of `exec` to the first row of its command, on an emulated session that is ready as soon as it is started;
 * and from the start of the same command, alone, on a session that is ready.
 */
export async function firstRowOfExec(): Promise<{ readonly exec: number[]; readonly client: number[] }> {
  await using emulator = await startEmulator({ services: ['athena'], startupMs: 0 });
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
  const options = { region: 'us-east-1', workgroup: 'spark35', endpoint: emulator.urls.athena, credentials };
  const folder = mkdtempSync(join(tmpdir(), 'anysession-bench-exec-'));
  const file = join(folder, 'anysession.config.json');
  writeFileSync(file, JSON.stringify({ environments: { dev: { provider: 'athena', ...options } } }));
  const config = { environments: { dev: { provider: 'athena' as const, ...options } } };
  await using sessions = await openSessions({ config, env: {} } as Parameters<typeof openSessions>[0]);
  const session = await sessions.start();
  await session.whenReady();
  await using proxy = await session.proxy();
  process.env['SPARK_REMOTE'] = proxy.url;
  const client = fileURLToPath(new URL(`programs/${CLIENT}`, import.meta.url));
  try {
    return await interleave(ROUNDS, {
      exec: () => msToFirstLine(CLI, 'exec', '--config', file, '--', process.execPath, client),
      client: () => msToFirstLine(CLIENT),
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
