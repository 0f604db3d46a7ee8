import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { LONG_SQL } from './open-local.ts';
import { atExit } from '../../../providers/local/duckdb/at-exit.ts';

/** Runs a program with a ready session `handle` of `local`; fails after a minute. */
async function leave(body: string): Promise<string> {
  const program = `
    import { LocalBench } from './test/providers/local/open-local.ts';
    const local = new LocalBench();
    const handle = await local.ready({ idleTimeoutMs: 3600000 });
    ${body}`;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 });
  return stdout;
}

describe('a process', { timeout: 130_000 }, () => {
  it('ends by itself with an idle session', async () => {
    expect(await leave(`console.log(await local.rows(handle, 'SELECT 1'))`)).toBe('[ [ 1 ] ]\n');
  });

  it('ends by itself with a partly read result', async () => {
    const body = `const execution = await local.execute(handle, 'FROM range(1000000000)');
      console.log((await execution.batches().next()).value.rowCount);`;
    expect(await leave(body)).toBe('2048\n');
  });

  it('can exit while a statement runs', async () => {
    const body = `local.execute(handle, '${LONG_SQL}').catch(() => {});
      setTimeout(() => { console.log('leaving'); process.exit(0); }, 50);`;
    expect(await leave(body)).toBe('leaving\n');
  });

  it('leaves no spilled files behind', async () => {
    const body = `await local.run(handle, "SET memory_limit = '60MB'");
      await local.run(handle, 'CREATE TABLE sorted AS SELECT i, hash(i) AS h FROM range(5000000) t(i) ORDER BY h');
      const [[folder]] = await local.rows(handle, "SELECT current_setting('temp_directory')");
      const { existsSync } = await import('node:fs');
      console.log(JSON.stringify([folder, existsSync(folder)]));
      process.exit(0);`;
    const [folder, wasThere] = JSON.parse(await leave(body)) as [string, boolean];
    expect([wasThere, existsSync(folder)]).toEqual([true, false]);
  });
});

describe('callbacks at exit', () => {
  it('share one listener, which is removed with the last of them', () => {
    const before = process.listenerCount('exit');
    const calls: number[] = [];
    const leaves = [1, 2, 3].map((name) => atExit(() => calls.push(name)));
    expect(process.listenerCount('exit')).toBe(before + 1);
    leaves[1]!();
    leaves[1]!();
    process.listeners('exit').at(-1)!(0);
    expect(calls).toEqual([1, 3]);
    leaves[0]!();
    leaves[2]!();
    expect(process.listenerCount('exit')).toBe(before);
  });
});
