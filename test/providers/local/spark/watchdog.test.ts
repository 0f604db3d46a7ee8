import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { watched } from '../../../../providers/local/spark/watchdog.ts';
import { FakeEngine } from './fake-engine.ts';
import { temporaryFolder } from '../../../temporary-folder.ts';

it('removes a server and its folder when their process is killed', async () => {
  await using engine = await FakeEngine.make();
  const folder = temporaryFolder();
  const command = watched(folder, [join(engine.folder, 'bin', 'python'), '--port', '0']);
  // Starts the watchdog like anysession does, and is killed.
  const program = `
    const [shell, ...words] = JSON.parse(process.argv[1]);
    require('node:child_process').spawn(shell, words, { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ['-e', program, JSON.stringify(command)], { stdio: 'ignore' });
  try {
    await expect.poll(() => engine.isRunning, { timeout: 30_000 }).toBe(true);
    parent.kill('SIGKILL');
    await once(parent, 'close');
    await expect.poll(() => engine.isRunning, { timeout: 30_000 }).toBe(false);
    await expect.poll(() => existsSync(folder), { timeout: 30_000 }).toBe(false);
  } finally {
    parent.kill('SIGKILL');
  }
});

it('passes an argument with spaces, quotes and dollars unchanged', async () => {
  const folder = temporaryFolder();
  const odd = `a "b" 'c' $HOME *`;
  const [shell, ...words] = watched(folder, ['/bin/echo', odd]);
  const child = spawn(shell, words, { detached: true, stdio: ['pipe', 'pipe', 'ignore'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await once(child, 'close');
  expect(output).toBe(`${odd}\nit ended with code 0\n`);
  expect(existsSync(folder)).toBe(false);
});
