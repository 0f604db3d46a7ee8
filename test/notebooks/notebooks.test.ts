import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NOTEBOOKS, outputsOf, readNotebook, workplace } from './workplace.ts';

const FILES = readdirSync(NOTEBOOKS).filter((name) => name.endsWith('.ipynb'));

/** Kernels that a notebook runs in with the same results, besides its own. */
const SWAPS = [
  ['swap-environments.ipynb', 'athena'],
  ['swap-environments.ipynb', 'emr'],
] as const;

/** The environments whose kernels notebooks use. */
const environmentOf = (kernel: string): readonly string[] =>
  kernel.startsWith('anysession-') ? [kernel.replace('anysession-', '')] : [];

describe('the example notebooks', () => {
  it.each(FILES)('%s has the outputs that an execution gives', async (name) => {
    const committed = readNotebook(join(NOTEBOOKS, name));
    const kernel = committed.metadata.kernelspec.name;
    const { execute, home, emulator } = await workplace(environmentOf(kernel));
    const executed = await execute(join(NOTEBOOKS, name), kernel);
    if (process.env['NOTEBOOKS'] === 'write') copyFileSync(join(home, `${kernel}.ipynb`), join(NOTEBOOKS, name));
    else expect(outputsOf(executed)).toEqual(outputsOf(committed));
    // Sessions end with their kernel.
    await expect.poll(() => emulator.oracle.live(), { timeout: 30_000 }).toEqual([]);
  });

  it.each(SWAPS)('%s gives the same results on %s', async (name, environment) => {
    const { execute, emulator } = await workplace([environment]);
    const executed = await execute(join(NOTEBOOKS, name), `anysession-${environment}`);
    expect(outputsOf(executed)).toEqual(outputsOf(readNotebook(join(NOTEBOOKS, name))));
    const sessions = emulator.oracle.sessions();
    // One of the kernel, and one of the script that the notebook runs on Athena.
    expect(sessions.map(({ state }) => state)).toHaveLength(2);
  });

  it('have an output below every cell that ends with a value or prints', () => {
    for (const name of FILES) {
      const { cells } = readNotebook(join(NOTEBOOKS, name));
      for (const { cell_type: kind, source, outputs = [] } of cells) {
        const text = Array.isArray(source) ? source.join('') : String(source);
        const shows = /print\(|console\.log|show\(|^%%sql|toPandas\(\)\n\)|jupyter\.display\(/m.test(text);
        if (kind === 'code' && shows) expect(outputs, `${name}: ${text}`).not.toEqual([]);
      }
    }
  });
});
