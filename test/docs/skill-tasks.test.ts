import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cloud } from '../cli/clouds.ts';
import { PROGRAM, quoted, run } from '../cli/process.ts';

const SKILL = readFileSync(new URL('../../SKILL.md', import.meta.url), 'utf8');

/** The shell blocks of `SKILL.md` by the heading above them, as they are written. */
const TASKS = new Map(
  Array.from(SKILL.matchAll(/^## (.*)\n[^#]*?^```sh\n([^]*?)^```$/gm), ([, heading = '', code = '']) => [
    heading,
    code,
  ]),
);

/** A shell with `anysession` on its path, in a folder whose environment `prod` is an emulated EMR Serverless with prices. */
async function prepare() {
  const stage = await cloud('emr-serverless', { onTestFinished });
  const bin = join(stage.cwd, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'anysession'), `#!/bin/sh\nexec ${quoted(PROGRAM)} "$@"\n`);
  chmodSync(join(bin, 'anysession'), 0o755);
  const prices = 'prices: { currency: EUR, vcpuHour: 0.05, memoryGbHour: 0.006, storageGbHour: 0.0001 }';
  const config = `owner: me\nenvironments: { prod: { ${stage.options}, ${prices} } }\n`;
  writeFileSync(join(stage.cwd, 'anysession.config.yaml'), config);
  const env = { PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` };
  return {
    ...stage,
    live: () => stage.emulator.oracle.live().map(({ id }) => id),
    /** Runs the commands of a task. Each must succeed. */
    task: async (heading: string) => {
      const code = TASKS.get(heading);
      if (code === undefined) throw new Error(`SKILL.md has no task "${heading}"`);
      const ran = await run(['bash', '-euo', 'pipefail', '-c', code], { cwd: stage.cwd, env }).ended;
      expect(ran.code, `${ran.stdout}\n${ran.stderr}`).toBe(0);
      return ran.stdout;
    },
  };
}

describe('a task is completed with SKILL.md and the command line alone', { timeout: 120_000 }, () => {
  it('SKILL.md has five tasks with commands, and a head that agents read', () => {
    expect([...TASKS.keys()]).toHaveLength(5);
    expect(SKILL).toMatch(/^---\nname: anysession\ndescription: (["']).{100,1000}\1\n---\n/);
  });

  it('Try SQL without a cloud', async () => {
    const { task, cwd } = await prepare();
    rmSync(join(cwd, 'anysession.config.yaml'));
    const stdout = await task('Try SQL without a cloud');
    expect(stdout).toContain('[\n{"answer":42}\n]');
    expect(stdout).toContain('name\r\nAda\r\nGrace\r\n');
    expect(stdout).toContain('2026-11-30');
  });

  it('Check an environment before you use it', async () => {
    const { task, calls, live } = await prepare();
    const stdout = await task('Check an environment before you use it');
    expect(stdout).toContain('prod');
    expect(stdout).toMatch(/✓ service/);
    expect(stdout).toContain('"request"');
    expect(calls()).not.toContain('StartSession');
    expect(live()).toEqual([]);
  });

  it('Run several commands in one session', async () => {
    const { task, calls, live } = await prepare();
    const stdout = await task('Run several commands in one session');
    expect(stdout).toContain('one\n1\n');
    expect(stdout).toContain('[\n{"two":2}\n]');
    expect(calls().filter((call) => call === 'StartSession')).toHaveLength(1);
    expect(live()).toEqual([]);
  });

  it('Write a result to a file', async () => {
    const { task, calls, cwd, live } = await prepare();
    expect(await task('Write a result to a file')).toContain('carrier,late\r\nAA,12.5\r\n');
    expect(readFileSync(join(cwd, 'late.csv'), 'utf8')).toBe('carrier,late\r\nAA,12.5\r\n');
    expect(calls()).toContain('StartSession');
    expect(live()).toEqual([]);
  });

  it('Find what costs money and end it', async () => {
    const { task, run: shell, live } = await prepare();
    const start = (...words: readonly string[]) => shell(['start', '--env', 'prod', ...words]);
    expect((await start('--name', 'forgotten')).code).toBe(0);
    const [forgotten] = live();
    const stdout = await task('Find what costs money and end it');
    expect(stdout).toMatch(new RegExp(`${forgotten}.*forgotten`));
    expect(stdout).toMatch(/me\s+1\s+1\s.*EUR/);
    // What `list` prints last.
    expect(stdout.trimEnd().endsWith('[]')).toBe(true);
    expect(live()).toEqual([]);
  });
});
