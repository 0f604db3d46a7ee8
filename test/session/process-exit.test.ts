import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('fixtures/aborted-waits.ts', import.meta.url));

describe('a process', () => {
  it('C-104 ends by itself right after its 30 s waits were aborted', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 60_000,
    });
    const output = { stdout: '', stderr: '' };
    let abortedAtMs = Number.NaN;
    child.stdout.on('data', (chunk: Buffer) => {
      output.stdout += chunk.toString();
      abortedAtMs = performance.now();
    });
    child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
    const [exitCode] = (await once(child, 'close')) as [number | null];
    expect(output).toEqual({ stdout: 'aborted,aborted,aborted,aborted\n', stderr: '' });
    expect(exitCode).toBe(0);
    expect(performance.now() - abortedAtMs).toBeLessThan(20_000);
  }, 70_000);
});
