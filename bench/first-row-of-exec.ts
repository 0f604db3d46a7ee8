import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmulator } from '../src/emulator/start-emulator.ts';
import { msToFirstLine } from './fresh-process.ts';
import { interleave } from './samples.ts';

const ROUNDS = 5;
const CLI = '../../dist/src/cli/main.js';
const SCRIPT = '../reference/start-and-run.mjs';

/**
 * Milliseconds from the start of `exec` to the first row of its command, on an emulated session that is ready as soon as it is started;
 * and the same for a script that starts the session with the SDK and then runs that command. Both include the session's own start.
 */
export async function firstRowOfExec(): Promise<{ readonly exec: number[]; readonly script: number[] }> {
  await using emulator = await startEmulator({ services: ['athena'], startupMs: 0 });
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
  const endpoint = emulator.urls.athena;
  const dev = { provider: 'athena', region: 'us-east-1', workgroup: 'spark35', endpoint, credentials };
  const folder = mkdtempSync(join(tmpdir(), 'anysession-bench-exec-'));
  const file = join(folder, 'anysession.config.json');
  writeFileSync(file, JSON.stringify({ environments: { dev } }));
  const client = fileURLToPath(new URL('programs/first-row-client.mjs', import.meta.url));
  process.env['BENCH_ENDPOINT'] = endpoint;
  // What other emulators have taught about the start times of this workgroup.
  process.env['XDG_CACHE_HOME'] = folder;
  try {
    return await interleave(ROUNDS, {
      exec: () => msToFirstLine(CLI, 'exec', '--config', file, '--', process.execPath, client),
      script: () => msToFirstLine(SCRIPT, client),
    });
  } finally {
    delete process.env['XDG_CACHE_HOME'];
    rmSync(folder, { recursive: true, force: true });
  }
}
