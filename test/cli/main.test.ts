import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { configFolder } from '../config/config-folder.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const TSX = import.meta.resolve('tsx');
const CONFIG = { 'anysession.config.yaml': 'environments: { dev: { provider: local } }' };
const ENDLESS = 'SELECT range AS n FROM range(1000000000000)';

/** The command line as its own process, as a shell starts it. */
function start(args: readonly string[], cwd = configFolder(CONFIG)) {
  const child = spawn(process.execPath, ['--import', TSX, `${ROOT}src/cli/main.ts`, ...args], {
    cwd,
    env: { ...process.env, ANYSESSION_ENV: '' },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const ended = once(child, 'close').then(([code, signal]: unknown[]) => ({ code, signal, ...output }));
  return { child, ended };
}

describe('the anysession process', { timeout: 60_000 }, () => {
  it('runs SQL on the configured provider, and ends by itself', async () => {
    const { ended } = start(['sql', 'SELECT 42 AS answer', '--json']);
    expect(await ended).toEqual({ code: 0, signal: null, stdout: '[\n{"answer":42}\n]\n', stderr: '' });
  });

  it('ends with the exit code of the error', async () => {
    const { ended } = start(['sql', 'SELECT 1', '--env', 'prod']);
    expect(await ended).toEqual({
      code: 2,
      signal: null,
      stdout: '',
      stderr:
        '[config-invalid] anysession.config.yaml: there is no environment "prod" (there are: dev)\n' +
        '→ Correct the configuration and run again.\n',
    });
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s cancels the statement, ends the session and exits with %i', async (signal, code) => {
    const { child, ended } = start(['sql', ENDLESS, '--json']);
    await once(child.stdout, 'data');
    child.kill(signal);
    const end = await ended;
    expect(end).toMatchObject({ code, signal: null });
    expect(JSON.parse(end.stderr)).toMatchObject({ error: { kind: 'aborted' } });
  });

  it('a second Ctrl-C exits at once', async () => {
    const plugin = fileURLToPath(new URL('./fixtures/listing-plugin.ts', import.meta.url));
    const cwd = configFolder({
      'anysession.config.yaml': `environments: { dev: { provider: ${plugin}, empty: true, closing: hangs } }`,
    });
    const { child, ended } = start(['list', '--json'], cwd);
    await once(child.stderr, 'data');
    child.kill('SIGINT');
    const second = setInterval(() => child.kill('SIGINT'), 100);
    onTestFinished(() => clearInterval(second));
    expect(await ended).toEqual({ code: 130, signal: null, stdout: '', stderr: 'closing\n' });
  });

  it('stops quietly when nobody reads its output any more', async () => {
    const { child, ended } = start(['sql', ENDLESS, '--csv']);
    await once(child.stdout, 'data');
    child.stdout.destroy();
    expect(await ended).toMatchObject({ code: 0, signal: null, stderr: '' });
  });
});
