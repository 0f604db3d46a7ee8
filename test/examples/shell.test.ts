import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'vitest';
import { cloud } from '../cli/clouds.ts';
import { PROGRAM, quoted, run } from '../cli/process.ts';

const NIGHTLY = fileURLToPath(new URL('../../examples/nightly.sh', import.meta.url));

const REPORT = `-- a report in three statements
CREATE TEMP VIEW days AS SELECT 7 AS flights;
CREATE TEMP VIEW late AS SELECT flights + 1 AS late FROM days;
SELECT :day AS day, late FROM late;
`;

describe('the shell examples', { timeout: 120_000 }, () => {
  it.concurrent.for([
    ['succeeds', REPORT, 0, '{"day":"2026-11-29","late":8}\n'],
    ['fails', REPORT.replace('FROM late', 'FROM nowhere'), 2, undefined],
  ] as const)('nightly.sh leaves no session when it %s', async ([, report, code, rows], context) => {
    const { expect, onTestFinished } = context;
    const { cwd, emulator } = await cloud('emr-serverless', context);
    // The name on the path that an installed package has.
    writeFileSync(join(cwd, 'anysession'), `#!/bin/sh\nexec ${quoted(PROGRAM)} "$@"\n`);
    chmodSync(join(cwd, 'anysession'), 0o755);
    writeFileSync(join(cwd, 'report.sql'), report);
    const env = { PATH: `${cwd}:${process.env['PATH'] ?? ''}`, CI_RUN_ID: '17' };
    const { ended } = run(['bash', NIGHTLY, 'report.sql', 'rows.jsonl'], { cwd, env, onTestFinished });
    const { code: found, stderr } = await ended;
    expect(found, stderr).toBe(code);
    await expect.poll(() => emulator.oracle.live(), { timeout: 30_000 }).toEqual([]);
    expect(emulator.oracle.sessions()).toHaveLength(1);
    if (rows === undefined) expect(stderr).toMatch(/Statement 3 of 3 \(line 4\) failed: .*nowhere/s);
    else expect(readFileSync(join(cwd, 'rows.jsonl'), 'utf8')).toBe(rows);
  });

  it.concurrent(
    "a colleague's forgotten session is found, understood and ended with three commands",
    async (context) => {
      const { expect } = context;
      const { run: anysession, start, emulator } = await cloud('emr-serverless', context);
      const id = await start('--config', 'theirs.yaml', '--name', 'backfill');
      await start('--name', 'mine');
      const found = (await anysession(['list'])).stdout.split('\n').find((line) => line.includes('\tetl\t'));
      expect(found).toMatch(new RegExp(`^${id}\tready\t\\w+\tbackfill\t\tetl\t\\d+s$`));
      const described = await anysession(['describe', id.slice(0, -1)]);
      expect(described.stdout).toMatch(/^used +0\.\d+ vCPU h\n/m);
      expect(await anysession(['terminate', id, '--yes', '--wait'])).toMatchObject({
        code: 0,
        stdout: `${id} terminated\n`,
      });
      expect(emulator.oracle.live()).toHaveLength(1);
    },
  );
});
