import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configFolder } from '../config/config-folder.ts';
import { cli } from './cli-run.ts';
import { PROGRAM, quoted, run, runOnTerminal } from './process.ts';

const ANYSESSION = quoted(PROGRAM);
const empty = (): string => configFolder({ 'readme.txt': '' });
const readdir = (folder: string): readonly string[] => readdirSync(folder);

describe('a cloud is tried in two commands', { timeout: 90_000 }, () => {
  it.concurrent.for(['athena', 'emr-serverless', 'emr-ec2', 'glue', 'dataproc'] as const)(
    '%s: emulate --export, then --provider',
    async (provider, { expect, onTestFinished }) => {
      const script = `
      eval "$(${ANYSESSION} emulate --detach --export)"
      trap 'kill "$ANYSESSION_EMULATOR_PID"' EXIT
      ${ANYSESSION} list --json --provider ${provider}
      ${ANYSESSION} sql "SELECT 42 AS answer" --csv --provider ${provider}`;
      // What a shell of a developer holds already must not win.
      const env = { AWS_PROFILE: 'prod', AWS_SESSION_TOKEN: 'x' };
      const { ended } = run(['bash', '-c', script], { cwd: empty(), env, onTestFinished });
      const { stdout, code } = await ended;
      expect([code, stdout]).toEqual([0, '[]\nanswer\r\n42\r\n']);
    },
  );

  it.concurrent('config init --emulated writes a file for every emulated cloud', async ({ expect, onTestFinished }) => {
    const script = `
      eval "$(${ANYSESSION} emulate --detach --export)"
      trap 'kill "$ANYSESSION_EMULATOR_PID"' EXIT
      ${ANYSESSION} config init --emulated --provider emr-serverless
      ${ANYSESSION} config check --json
      ${ANYSESSION} sql "SELECT 42 AS answer" --csv`;
    const { ended } = run(['bash', '-c', script], { cwd: empty(), onTestFinished });
    const { stdout, code } = await ended;
    expect([code, stdout]).toEqual([0, expect.stringMatching(/"selected": "emr-serverless"[^]*answer\r\n42\r\n$/)]);
    for (const name of ['athena', 'emr-serverless', 'emr-ec2', 'glue', 'dataproc', 'healthomics'])
      expect(stdout).toContain(`"${name}"`);
  });
});

describe('config init --provider', () => {
  it('writes a file that works, from --set and from variables', async () => {
    const cwd = empty();
    const set = ['--set', 'workgroup=spark', '--set', 'session.size=small'];
    const env = { AWS_REGION: 'eu-west-1' };
    expect(await cli(['config', 'init', '--provider', 'athena', ...set], { cwd, env })).toMatchObject({
      code: 0,
      stderr: '',
    });
    const text = readFileSync(join(cwd, 'anysession.config.yaml'), 'utf8');
    expect(text).toContain('    provider: "athena"\n');
    for (const line of ['region: "eu-west-1"', 'workgroup: "spark"', 'session: {"size":"small"}']) {
      expect(text).toContain(`    ${line}\n`);
    }
    // Without the variable too.
    expect(await cli(['config', 'check'], { cwd })).toMatchObject({ code: 0, stderr: '' });
  });

  it('asks on a terminal for what is missing', { timeout: 60_000 }, async () => {
    const cwd = empty();
    const env = { AWS_REGION: '', AWS_DEFAULT_REGION: '', AWS_CONFIG_FILE: '/dev/null', AWS_PROFILE: '' };
    const { child, output, ended } = runOnTerminal(80, [...PROGRAM, 'config', 'init', '--provider', 'athena'], {
      cwd,
      env,
    });
    await expect.poll(() => output.stdout, { timeout: 30_000 }).toContain('region (');
    child.stdin?.write('eu-west-1\n');
    await expect.poll(() => output.stdout, { timeout: 30_000 }).toContain('workgroup (');
    child.stdin?.write('spark "35"\n');
    expect((await ended).code).toBe(2);
    expect(output.stdout).toContain('workgroup');
    expect(readdir(cwd)).not.toContain('anysession.config.yaml');
  });

  it.each([
    [['--provider', 'athena'], 'athena needs region, workgroup. Run again with: --set region=… --set workgroup=…'],
    [['--provider', 'athena', '--set', 'region=x', '--set', 'workgroup=y'], 'region'],
    [['--provider', 'athena', '--set', 'colour=red', '--set', 'region=eu-west-1', '--set', 'workgroup=y'], 'colour'],
    [['--provider', 'athna'], 'Did you mean "athena"?'],
    [['--provider', 'local', '--emulated'], 'There is no emulator for the provider local'],
  ])('%j writes nothing that does not work', async (args, message) => {
    const cwd = empty();
    const env = { AWS_CONFIG_FILE: '/dev/null' };
    const { code, stdout, stderr } = await cli(['config', 'init', ...args], { cwd, env });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(readdir(cwd)).not.toContain('anysession.config.yaml');
  });
});
