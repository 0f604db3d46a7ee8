import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'vitest';
import { kernelsFolder } from '../../src/cli/kernel/kernel-specs.ts';
import { client, sparkCloud } from './exec.ts';
import { PROGRAM, run } from './process.ts';

/** A launcher in place of that of ipykernel: it runs a command, and marks a restart as the start-up file does. */
const LAUNCHER = `
import json, os, subprocess, sys
words, restarts, code = json.loads(os.environ["TEST_KERNEL"])
subprocess.run(words, check=True)
if restarts:
    open(os.environ["ANYSESSION_KERNEL"], "w").close()
sys.exit(code)
`;

/** An emulated Athena, and a python3 that finds these modules; Jupyter's folder of the user is `jupyter` in `cwd`. */
async function place(context: TestContext, modules: readonly string[] = ['ipykernel', 'pyspark', 'sql']) {
  const service = await sparkCloud(context);
  const { cwd } = service;
  const packages = join(cwd, 'packages');
  mkdirSync(packages);
  for (const name of modules) writeFileSync(join(packages, `${name}.py`), '');
  writeFileSync(join(packages, 'ipykernel_launcher.py'), LAUNCHER);
  const data = join(cwd, 'jupyter');
  // A python3 without the packages of this machine.
  const { PATH = '' } = process.env;
  const bin = join(cwd, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'python3'), `#!/bin/sh\nPATH='${PATH}' exec python3 -S "$@"\n`, { mode: 0o755 });
  const env = { PATH: `${bin}:${PATH}`, PYTHONPATH: packages, JUPYTER_DATA_DIR: data };
  const folder = (name: string): string => join(data, 'kernels', name);
  return {
    ...service,
    folder,
    spec: (name: string): string => readFileSync(join(folder(name), 'kernel.json'), 'utf8'),
    kernel: (args: readonly string[], more: NodeJS.ProcessEnv = {}, stdin = '') =>
      service.run(['kernel', ...args], { env: { ...env, ...more }, stdin }),
    /** Runs a kernel to its end, with a command in its place. */
    runKernel: (connectionFile: string, words: readonly string[], restarts: boolean, code = 0) =>
      run([...PROGRAM, '--env', 'dev', 'kernel', 'run', 'python3', connectionFile], {
        cwd,
        onTestFinished: context.onTestFinished,
        env: { ...env, TEST_KERNEL: JSON.stringify([words, restarts, code]) },
      }).ended,
  };
}

describe('anysession kernel', { timeout: 120_000 }, () => {
  it.concurrent('adds a kernel for an environment, lists it and removes it, and makes no call', async (context) => {
    const { expect } = context;
    const { kernel, spec, folder, calls, cwd } = await place(context);
    const added = await kernel(['install', '--env', 'dev']);
    expect(added).toEqual({
      code: 0,
      stdout: 'Jupyter shows the kernel "PySpark on dev". Its name is anysession-dev.\n',
      stderr: '',
    });
    const config = join(cwd, 'anysession.config.yaml');
    const python = expect.stringMatching(/^\/.*python3/) as string;
    const written = JSON.parse(spec('anysession-dev')) as { readonly argv: readonly string[] };
    expect(written).toEqual({
      argv: expect.arrayContaining([process.execPath, process.argv[1]]) as string[],
      display_name: 'PySpark on dev',
      language: 'python',
      interrupt_mode: 'message',
      metadata: { debugger: true, anysession: { environment: 'dev', config, python } },
    });
    const words = ['--config', config, '--env', 'dev', '--quiet', 'kernel', 'run', python, '{connection_file}'];
    expect(written.argv.slice(-words.length)).toEqual(words);
    // Again, and under another name.
    expect((await kernel(['install', '--env', 'dev'])).code).toBe(0);
    expect((await kernel(['install', '--env', 'dev', '--name', 'mine', '--json'])).stdout).toMatch(
      /"name":"mine","displayName":"PySpark on dev \(mine\)"/,
    );
    expect((await kernel(['list'])).stdout.split('\n').map((line) => line.split('\t').slice(0, 3))).toEqual([
      ['kernel', 'environment', 'config'],
      ['anysession-dev', 'dev', config],
      ['mine', 'dev', config],
      [''],
    ]);
    expect(await kernel(['remove', 'mine'])).toEqual({ code: 0, stdout: 'The kernel mine is removed.\n', stderr: '' });
    expect(existsSync(folder('mine'))).toBe(false);
    expect(readdirSync(folder('anysession-dev'))).toEqual(['kernel.json']);
    expect(calls()).toEqual([]);
  });

  it.concurrent('writes no secret into kernel.json', async (context) => {
    const { kernel, spec, cwd } = await place(context);
    const secrets = ['AKIDTEST', 'credentials', 'hidden-word'];
    context.expect(readFileSync(join(cwd, 'anysession.config.yaml'), 'utf8')).toContain(secrets[0]);
    await kernel(['install', '--env', 'dev'], { AWS_SECRET_ACCESS_KEY: 'hidden-word' });
    for (const secret of secrets) context.expect(spec('anysession-dev')).not.toContain(secret);
  });

  it.concurrent('leaves kernels of others, and files that others have put into its folders', async (context) => {
    const { expect } = context;
    const { kernel, spec, folder } = await place(context);
    const theirs = '{"argv":["python3"],"display_name":"Mine","language":"python"}';
    for (const [name, text] of [
      ['anysession-dev', theirs],
      ['odd', '{"metadata":{"anysession":{}}}'],
      ['broken', '{'],
      ['unreadable', undefined],
    ] as const) {
      mkdirSync(folder(name), { recursive: true });
      if (text === undefined) mkdirSync(join(folder(name), 'kernel.json'));
      else writeFileSync(join(folder(name), 'kernel.json'), text);
      for (const words of [
        ['install', '--env', 'dev', '--name', name],
        ['remove', name],
      ]) {
        const { code, stderr } = await kernel(words);
        expect([code, stderr]).toEqual([5, expect.stringContaining('was not added by anysession') as string]);
      }
      if (text !== undefined) expect(spec(name)).toBe(text);
    }
    expect((await kernel(['list', '--json'])).stdout).toBe('[]\n');
    await kernel(['install', '--env', 'dev', '--name', 'ours']);
    writeFileSync(join(folder('ours'), 'logo-64x64.png'), 'x');
    await kernel(['remove', 'ours']);
    expect(readdirSync(folder('ours'))).toEqual(['logo-64x64.png']);
  });

  it.concurrent.for([
    ['with a kernel', true],
    ['that does not exist', false],
  ])('writes and removes nothing through a symbolic link to a folder %s', async ([, exists], context) => {
    const { expect } = context;
    const { kernel, folder, cwd } = await place(context);
    const target = join(cwd, 'elsewhere');
    await kernel(['install', '--env', 'dev', '--name', 'linked']);
    if (exists) renameSync(folder('linked'), target);
    else await kernel(['remove', 'linked']);
    symlinkSync(target, folder('linked'));
    const before = exists ? readFileSync(join(target, 'kernel.json'), 'utf8') : undefined;
    for (const words of [
      ['install', '--env', 'dev', '--name', 'linked'],
      ['remove', 'linked'],
    ]) {
      const { code, stderr } = await kernel(words);
      expect([code, stderr]).toEqual([5, expect.stringContaining('is a symbolic link') as string]);
    }
    expect((await kernel(['list', '--json'])).stdout).toBe('[]\n');
    if (exists) expect(readFileSync(join(target, 'kernel.json'), 'utf8')).toBe(before);
    else expect(existsSync(target)).toBe(false);
  });

  it.concurrent('refuses the name of a kernel of another environment or config file', async (context) => {
    const { expect } = context;
    const { kernel, spec } = await place(context);
    await kernel(['install', '--config', 'theirs.yaml', '--env', 'dev']);
    const before = spec('anysession-dev');
    const { code, stderr } = await kernel(['install', '--env', 'dev']);
    expect([code, stderr]).toEqual([
      5,
      expect.stringMatching(/is for the environment dev of .*theirs\.yaml/) as string,
    ]);
    expect(spec('anysession-dev')).toBe(before);
  });

  it.concurrent.for([
    ['an environment that does not exist', ['install', '--env', 'prod'], {}, 2, 'unknown environment "prod"'],
    ['an environment without Spark', ['install', '--provider', 'local'], {}, 2, '--provider is none'],
    ['a name that Jupyter refuses', ['install', '--env', 'dev', '--name', 'a/b'], {}, 2, '"a/b" is not a name'],
    ['the name ..', ['remove', '..'], {}, 2, '".." is not a name'],
    ['a kernel that does not exist', ['remove', 'none'], {}, 4, 'There is no kernel "none"'],
    ['a machine without Python', ['install', '--env', 'dev'], { PATH: '/nowhere' }, 2, 'python3 was not found'],
    ['a Python without packages', ['install', '--env', 'dev'], { PYTHONPATH: '' }, 2, 'no ipykernel and no pyspark'],
    ['a folder that is a file', ['install', '--env', 'dev'], { JUPYTER_DATA_DIR: '/dev/null' }, 2, 'cannot be written'],
  ] as const)('refuses %s', async ([, words, env, code, message], context) => {
    const { kernel, folder, calls } = await place(context);
    const refused = await kernel(words, env);
    context.expect(refused).toMatchObject({ code, stdout: '' });
    context.expect(refused.stderr).toContain(message);
    context.expect(refused.stderr).toMatch(/\n→ .+|Use letters/);
    context.expect([existsSync(folder('')), calls()]).toEqual([false, []]);
  });

  it.concurrent.for([
    [{ JUPYTER_DATA_DIR: '/data', XDG_DATA_HOME: '/xdg' }, 'linux', '/data/kernels'],
    [{ JUPYTER_DATA_DIR: '/data' }, 'darwin', '/data/kernels'],
    [{ XDG_DATA_HOME: '/xdg', HOME: '/home/me' }, 'linux', '/xdg/jupyter/kernels'],
    [{ JUPYTER_DATA_DIR: '', XDG_DATA_HOME: '', HOME: '/home/me' }, 'linux', '/home/me/.local/share/jupyter/kernels'],
    [{ XDG_DATA_HOME: '/xdg', HOME: '/Users/me' }, 'darwin', '/Users/me/Library/Jupyter/kernels'],
    [{ APPDATA: '/Roaming', HOME: '/home/me' }, 'win32', '/Roaming/jupyter/kernels'],
  ] as const)('finds the folder of Jupyter: %j on %s', ([env, platform, expected], { expect }) => {
    expect(kernelsFolder(env, platform)).toBe(expected);
  });
});

describe('a kernel', { timeout: 120_000 }, () => {
  const connectionFile = '/run/kernel-1.json';

  it.concurrent.for([
    ['restarts', true, 0],
    ['crashes', false, 134],
  ] as const)('that %s finds its session again, and ends it in the end', async ([, restarts, code], context) => {
    const { expect } = context;
    const { runKernel, states, reach } = await place(context);
    const first = await runKernel(connectionFile, client('call'), restarts, code);
    expect([first.code, first.stderr, states()]).toEqual([code, '', ['IDLE']]);
    const second = await runKernel(connectionFile, client('call'), false);
    expect([second.code, second.stderr]).toEqual([0, '']);
    await reach('TERMINATED');
  });

  it.concurrent('has a session of its own', async (context) => {
    const { runKernel, states } = await place(context);
    await runKernel(connectionFile, client('call'), true);
    await runKernel('/run/kernel-2.json', client('call'), false);
    context.expect([...states()].sort()).toEqual(['IDLE', 'TERMINATED']);
  });

  it.concurrent('that makes no Spark call starts no session', async (context) => {
    const { runKernel, calls } = await place(context);
    const { code } = await runKernel(connectionFile, client('say:x'), false);
    context.expect([code, calls()]).toEqual([0, []]);
  });

  it.concurrent('gets the variables of its start-up file', async (context) => {
    const { expect } = context;
    const { runKernel } = await place(context);
    const print = ['python3', '-c', 'import os; print(os.environ["PYTHONSTARTUP"], os.environ["JPY_PARENT_PID"])'];
    const { stdout } = await runKernel(connectionFile, print, false);
    expect(stdout).toMatch(/^\/\S+\/startup\.py \d+\n$/);
    expect(existsSync(stdout.split(' ')[0] ?? '')).toBe(true);
  });
});
