import { describe, it } from 'vitest';
import { athena } from './athena.ts';
import { cli } from './cli-run.ts';

const WALL = {
  kind: 'error',
  operation: 'StartSession',
  code: 'TooManyRequestsException',
  httpStatus: 400,
  message: "The account's quota is 4 DPUs; 4 are in use and this session needs 2.",
} as const;

describe('--queue', () => {
  it('shows the place in the status line, and starts when there is room', async (context) => {
    const { expect } = context;
    const { cwd, emulator, isEnded } = await athena(0, context);
    emulator.faults.add({ ...WALL, times: 1 });
    const run = await cli(['sql', 'SELECT 42 AS answer', '--queue', '60s'], { cwd, columns: 200 });
    expect(run.stderr).toMatch(/1st of 1 in the queue until \d\d:\d\d:\d\d: .*4 DPUs; 4 are in use/);
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('42') as string });
    await isEnded();
  });

  it('without it the start fails at once; with it, after the wait, with the flag in the advice', async (context) => {
    const { expect } = context;
    const { cwd, emulator } = await athena(0, context);
    emulator.faults.add({ ...WALL, times: 1_000 });
    const atOnce = await cli(['sql', 'SELECT 42'], { cwd });
    expect(atOnce).toMatchObject({ code: 6 });
    expect(emulator.log().filter(({ operation }) => operation === 'StartSession')).toHaveLength(1);
    const waited = await cli(['sql', 'SELECT 42', '--queue', '2s'], { cwd });
    expect(waited).toMatchObject({ code: 6 });
    expect(waited.stderr).toContain('the start waited 2 s and was 1st of 1 in the queue');
    expect(waited.stderr).toContain('Raise `--queue`');
  });
});
