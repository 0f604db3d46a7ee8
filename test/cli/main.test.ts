import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { configFolder } from '../config/config-folder.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const TSX = import.meta.resolve('tsx');
const PROGRAM = ['--import', TSX, `${ROOT}src/cli/main.ts`];
const ENV = { ...process.env, ANYSESSION_ENV: '' };
const CONFIG = { 'anysession.config.yaml': 'environments: { dev: { provider: local } }' };
const ENDLESS = 'SELECT range AS n FROM range(1000000000000)';

/** The command line as its own process, as a shell starts it. */
function start(args: readonly string[], cwd = configFolder(CONFIG)) {
  const child = spawn(process.execPath, [...PROGRAM, ...args], { cwd, env: ENV });
  onTestFinished(() => void child.kill('SIGKILL'));
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output.stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (output.stderr += chunk));
  const ended = once(child, 'close').then(([code, signal]: unknown[]) => ({ code, signal, ...output }));
  return { child, ended };
}

describe('the anysession process', { timeout: 60_000 }, () => {
  it('runs SQL on the configured provider, and ends by itself', async () => {
    const { ended } = start(['sql', 'SELECT 42 AS answer', '--json']);
    expect(await ended).toEqual({ code: 0, signal: null, stdout: '[\n{"answer":42}\n]\n', stderr: '' });
  });

  it('writes what a config file logs to stderr, not between the results', async () => {
    const calls = ['log("log", 1)', 'info("info")', 'dir({ a: "dir" })', 'table([{ a: "table" }])', 'debug("debug")'];
    const config = `import mine from 'node:console';
      ${calls.map((call) => `console.${call}; mine.${call};`).join('\n')}
      setTimeout(() => console.log('later'), 1);
      export default { environments: { dev: { provider: 'local' } } };`;
    const cwd = configFolder({ 'anysession.config.mjs': config });
    const { stdout, stderr, code } = await start(['sql', 'SELECT 42 AS answer', '--json'], cwd).ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: '[\n{"answer":42}\n]\n' });
    for (const word of ['log 1', 'info', 'dir', 'table', 'debug', 'later']) expect(stderr).toContain(word);
  });

  it('ends with the exit code of the error', async () => {
    const { ended } = start(['sql', 'SELECT 1', '--env', 'prod']);
    expect(await ended).toEqual({
      code: 2,
      signal: null,
      stdout: '',
      stderr:
        '[config-invalid] anysession.config.yaml: unknown environment "prod" (environments: dev)\n' +
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

  it.each([
    ['its rows', ['sql', ENDLESS, '--csv']],
    ['its only words', ['--version']],
  ])('ends in good order, and not well, when it cannot write %s', async (_, args) => {
    const cwd = configFolder(CONFIG);
    // Open for reading alone: a write to it fails as one to a full disk does.
    const unwritable = await open(join(cwd, 'anysession.config.yaml'), 'r');
    onTestFinished(() => unwritable.close());
    const stdio = ['ignore', unwritable.fd, 'pipe'] as const;
    const child = spawn(process.execPath, [...PROGRAM, ...args], { cwd, env: ENV, stdio: [...stdio] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const ended = once(child, 'close');
    const stderr = child.stderr === null ? '' : await text(child.stderr);
    expect([await ended, stderr]).toEqual([
      [2, null],
      '[invalid-request] the output cannot be written (EBADF): make room for it, or write it elsewhere\n',
    ]);
  });

  it.each([
    [['--version'], 0, /^\d/],
    [['engines', 'list', '--json'], 0, /^\[\]/],
    [['config', 'check'], 2, /The current folder has been deleted\. Change to another folder/],
    [['sql', 'SELECT 1'], 2, /The current folder has been deleted/],
    [['list', '--json'], 2, /^\{"error":\{"kind":"invalid-request"/],
    [['provider', 'init', 'acme'], 2, /The current folder has been deleted/],
  ])('started in a deleted folder, %j ends with %i', async (args, code, output) => {
    const deleted = new URL('./fixtures/deleted-folder.mjs', import.meta.url).href;
    // The built program: the loader of TypeScript files does not start in such a folder on Node.js 26.
    const program = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
    const words = ['--import', deleted, program, ...args];
    const child = spawn(process.execPath, words, { env: { ...ENV, HOME: '/nowhere', XDG_CACHE_HOME: '' } });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [ended, stdout, stderr] = await Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]);
    expect(ended).toEqual([code, null]);
    expect(stdout + stderr).toMatch(output);
  });

  it('stops quietly when nobody reads its output any more', async () => {
    const { child, ended } = start(['sql', ENDLESS, '--csv']);
    await once(child.stdout, 'data');
    child.stdout.destroy();
    expect(await ended).toMatchObject({ code: 0, signal: null, stderr: '' });
  });
});
