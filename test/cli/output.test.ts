import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { configFolder } from '../config/config-folder.ts';
import { cli } from './cli-run.ts';

const CONFIG = { 'anysession.config.yaml': 'environments: { dev: { provider: local } }' };
const TEXT = "SELECT range AS n, 'x,y' AS t FROM range(3)";

describe('sql --output', () => {
  it.each([
    ['csv', 'n,t\r\n0,"x,y"\r\n1,"x,y"\r\n2,"x,y"\r\n'],
    ['jsonl', '{"n":"0","t":"x,y"}\n{"n":"1","t":"x,y"}\n{"n":"2","t":"x,y"}\n'],
    ['json', '[\n{"n":"0","t":"x,y"},\n{"n":"1","t":"x,y"},\n{"n":"2","t":"x,y"}\n]\n'],
  ])('%s goes to a file or to standard output', async (format, text) => {
    const cwd = configFolder(CONFIG);
    for (const words of [
      [TEXT, '--output', format, 'out.txt'],
      ['--output', format, 'out2.txt', TEXT],
    ]) {
      expect(await cli(['sql', ...words], { cwd })).toEqual({ code: 0, stdout: '', stderr: '' });
    }
    expect(readFileSync(join(cwd, 'out.txt'), 'utf8')).toBe(text);
    expect(readFileSync(join(cwd, 'out2.txt'), 'utf8')).toBe(text);
    expect((await cli(['sql', TEXT, '--output', format, '-'], { cwd })).stdout).toBe(text);
  });

  it('arrow is a stream that every Arrow library reads', async () => {
    const cwd = configFolder(CONFIG);
    await cli(['sql', 'SELECT range::INT AS n FROM range(5000)', '--output', 'arrow', 'out.arrow'], { cwd });
    const table = tableFromIPC(readFileSync(join(cwd, 'out.arrow')));
    expect([table.numRows, table.getChild('n')?.get(4999)]).toEqual([5000, 4999]);
  });

  it.each([
    [['--output', 'xml', 'f'], 2, '--output writes csv, json, jsonl, arrow, not "xml"'],
    [['--output', 'csv'], 2, '--output csv needs a file; - is standard output'],
    [['--output', 'csv', 'f', '--csv'], 2, '--csv and --output cannot both be: choose one'],
    [['--output', 'csv', 'none/f'], 2, 'none/f cannot be written: there is no such folder'],
    [['--output', 'csv', 'there.csv'], 5, 'there.csv exists, and it is left as it is'],
    [['--output', 'arrow', 'f', '--rows', '1'], 2, '--rows does not apply to arrow'],
    [['--output', 'csv', 'f', 'a', 'b'], 2, 'too many arguments'],
  ])('%j is refused before anything starts', async (words, code, message) => {
    const cwd = configFolder(CONFIG);
    writeFileSync(join(cwd, 'there.csv'), 'mine');
    const refused = await cli(['sql', TEXT, ...words], { cwd });
    expect([refused.code, refused.stdout]).toEqual([code, '']);
    expect(refused.stderr).toContain(message);
    expect(readFileSync(join(cwd, 'there.csv'), 'utf8')).toBe('mine');
    expect(readdirSync(cwd)).not.toContain('f');
  });

  it('leaves no part of a file behind when a statement fails', async () => {
    const cwd = configFolder(CONFIG);
    const failing = "SELECT CASE WHEN range = 50000 THEN error('half way') ELSE 1 END AS n FROM range(100000)";
    expect(await cli(['sql', failing, '--output', 'csv', 'out.csv'], { cwd })).toMatchObject({ code: 2 });
    expect(existsSync(join(cwd, 'out.csv'))).toBe(false);
    const two = await cli(['sql', 'SELECT 1 AS a; SELECT 2 AS b', '--output', 'arrow', 'out.arrow'], { cwd });
    expect(two.stderr).toContain('An Arrow file holds one result');
    expect(existsSync(join(cwd, 'out.arrow'))).toBe(false);
  });
});
