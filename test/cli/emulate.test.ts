import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SERVICE_IDS } from '../../src/emulator/index.ts';
import { configFolder } from '../config/config-folder.ts';
import { cli } from './cli-run.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const TSX = import.meta.resolve('tsx');

interface Emulated {
  /** The one line of JSON that it has written. */
  readonly urls: Readonly<Record<string, string>>;
  readonly end: (signal: NodeJS.Signals) => Promise<{ code: number | null; stdout: string; stderr: string }>;
}

/** `anysession emulate` as a process of its own, ready. */
async function emulate(...args: readonly string[]): Promise<Emulated> {
  const child = spawn(process.execPath, ['--import', TSX, MAIN, 'emulate', ...args]);
  onTestFinished(() => void child.kill('SIGKILL'));
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  await once(child.stdout, 'data');
  return {
    urls: JSON.parse(output.stdout) as Record<string, string>,
    async end(signal) {
      const closed = once(child, 'close') as Promise<[number | null]>;
      child.kill(signal);
      const [code] = await closed;
      return { code, ...output };
    },
  };
}

const post = (url: string, body: unknown): Promise<Response> =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

/** One call of Athena by hand; the emulator judges its shape, not its signature. */
const athena = (url: string, operation: string, input: unknown): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AmazonAthena.${operation}`,
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKIDTEST/20270101/us-east-1/athena/aws4_request, SignedHeaders=host;x-amz-date, Signature=00',
      'x-amz-date': '20270101T000000Z',
    },
    body: JSON.stringify(input),
  });

describe('anysession emulate', { timeout: 60_000 }, () => {
  it('writes one line of addresses, runs on a virtual clock, strikes with the faults of a file, and ends on SIGTERM', async () => {
    const folder = configFolder({
      'faults.json': JSON.stringify([{ kind: 'server-error', operation: 'ListSessions' }]),
    });
    const args = ['--services', 'athena', '--clock', 'virtual', '--seed', '7', '--startup-ms', '5000'];
    const { urls, end } = await emulate(...args, '--faults', join(folder, 'faults.json'));
    expect(Object.keys(urls)).toEqual(['athena', 'sparkConnect', 'pid']);
    const url = urls['athena'] ?? '';
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);

    const list = { WorkGroup: 'spark35' };
    expect((await athena(url, 'ListSessions', list)).status).toBe(500);
    expect((await athena(url, 'ListSessions', list)).status).toBe(200);

    expect((await post(`${url}/__emulator/advance`, { ms: 5_000 })).ok).toBe(true);
    expect((await post(`${url}/__emulator/faults`, [{ kind: 'throttle', operation: 'ListSessions' }])).ok).toBe(true);
    expect((await athena(url, 'ListSessions', list)).status).toBe(400);

    const log = JSON.stringify(await (await fetch(`${url}/__emulator/log`)).json());
    expect(log.match(/"operation":"ListSessions"/g)).toHaveLength(3);

    const { stdout, stderr, code } = await end('SIGTERM');
    expect({ lines: stdout.trimEnd().split('\n').length, stderr, code }).toEqual({ lines: 1, stderr: '', code: 143 });
  });

  it.each([
    [['--services', 'athena,s4'], `--services accepts ${SERVICE_IDS.join(', ')}, not 's4'.`],
    [['--startup-ms', 'soon'], "--startup-ms must be a whole number, not 'soon'."],
    [['--seed', '-1'], "--seed must be a whole number, not '-1'."],
    [['--clock', 'atomic'], "--clock accepts real, virtual, not 'atomic'."],
    [['--faults', 'nowhere.json'], "Cannot read 'nowhere.json'. --faults needs a JSON file with a list of faults."],
  ])('refuses %j and starts nothing', async (args, message) => {
    const { code, stdout, stderr } = await cli(['emulate', ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});
