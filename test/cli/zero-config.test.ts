import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configFolder } from '../config/config-folder.ts';
import { cli } from './cli-run.ts';
import { cloud } from './clouds.ts';

const NOTICE =
  'No config file: using the embedded engine (provider local). To choose another one, run: anysession config init';

/** A folder without any config file. */
const empty = (): string => configFolder({ 'readme.txt': '' });

describe('without a config file', () => {
  it('sql runs on the embedded engine and says so on stderr', async () => {
    expect(await cli(['sql', 'SELECT 42 AS answer', '--csv'], { cwd: empty() })).toEqual({
      code: 0,
      stdout: 'answer\r\n42\r\n',
      stderr: `${NOTICE}\n`,
    });
  });

  it('--json says it as JSON', async () => {
    const { stdout, stderr } = await cli(['sql', 'SELECT 42 AS answer', '--json'], { cwd: empty() });
    expect([JSON.parse(stdout), JSON.parse(stderr)]).toEqual([[{ answer: 42 }], { notice: NOTICE }]);
  });

  it.each([
    [['--env', 'prod'], {}],
    [[], { ANYSESSION_ENV: 'prod' }],
    [['--config', 'none.yaml'], {}],
  ])('an environment that was asked for is an error: %j %j', async (args, env) => {
    const { code, stdout, stderr } = await cli(['sql', 'SELECT 42', ...args], { cwd: empty(), env });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^\[config-invalid\] /);
  });

  it('a config file that is broken is an error, and the embedded engine is not used', async () => {
    const cwd = configFolder({ 'anysession.config.yaml': 'environments: [' });
    expect(await cli(['sql', 'SELECT 42'], { cwd })).toMatchObject({ code: 2, stdout: '' });
  });

  it('batches have no default', async () => {
    const { code, stderr } = await cli(['batch', 'status', '1'], { cwd: empty() });
    expect([code, stderr]).toEqual([2, expect.stringContaining('No anysession.config')]);
  });

  it('--provider and --set open any provider', async (context) => {
    const { emulator, cwd } = await cloud('athena', context);
    rmSync(join(cwd, 'anysession.config.yaml'));
    const set = [
      'workgroup=spark35',
      'region=eu-west-1',
      `endpoint=${emulator.urls.athena}`,
      'credentials.accessKeyId=AKIDTEST',
      'credentials.secretAccessKey=none',
      'readsPerSecond=50',
    ].flatMap((option) => ['--set', option]);
    const sql = await cli(['sql', 'SELECT 42 AS answer', '--csv', '--provider', 'athena', ...set], { cwd });
    expect(sql).toEqual({ code: 0, stdout: 'answer\r\n42\r\n', stderr: '' });
    expect(emulator.oracle.live()).toEqual([]);
  });

  it.each([
    [['--provider', 'athna'], 'Unknown provider "athna". Did you mean "athena"?'],
    [['--provider', 'athena', '--set', 'workgruop=x'], 'workgruop'],
    [['--provider', 'athena', '--set', 'readsPerSecond=many'], 'readsPerSecond'],
    [['--provider', 'healthomics', '--set', 'region=eu-west-1'], 'healthomics has run batches, not sessions'],
    [['--set', 'a=b'], '--set works only with --provider'],
    [['--provider', 'local', '--config', 'x.yaml'], '--provider and --config cannot both be given'],
    [['--provider', 'local', '--env', 'dev'], '--provider and --env cannot both be given'],
    [['--provider', 'athena', '--set', 'a'], "argument 'a' is invalid. Expected NAME=VALUE."],
    [['--provider', 'athena', '--set', '__proto__.x=1'], 'unknown'],
  ])('%j is refused', async (args, message) => {
    const { code, stdout, stderr } = await cli(['list', ...args], { cwd: empty() });
    expect([code === 0, stdout]).toEqual([false, '']);
    expect(stderr).toContain(message);
  });
});
