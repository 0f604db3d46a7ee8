import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { NOTEBOOKS, readNotebook, workplace } from './workplace.ts';

const PAGE = fileURLToPath(new URL('jupyterlab.py', import.meta.url));
const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));

it('the page of JupyterLab shows the outputs of the first notebook, and the state and cost of its session', async () => {
  const { home, start, emulator } = await workplace(['athena'], 1_000);
  // JupyterLab saves what it opens.
  const folder = join(home, 'examples/notebooks');
  mkdirSync(folder, { recursive: true });
  symlinkSync(MODULES, join(home, 'node_modules'));
  const notebook = readNotebook(join(NOTEBOOKS, 'first-session.ipynb'));
  const kernelspec = { name: 'anysession-athena', display_name: 'PySpark on athena' };
  const cells = notebook.cells.map((cell) => (cell.cell_type === 'code' ? { ...cell, outputs: [] } : cell));
  const metadata = { ...notebook.metadata, kernelspec };
  writeFileSync(join(folder, 'first-session.ipynb'), JSON.stringify({ ...notebook, metadata, cells }));

  // It asks each user whether to fetch news.
  const settings = join(home, '.jupyter/labconfig');
  mkdirSync(settings, { recursive: true });
  const disabledExtensions = { '@jupyterlab/apputils-extension:announcements': true };
  writeFileSync(join(settings, 'page_config.json'), JSON.stringify({ disabledExtensions }));
  const options = ['--no-browser', '--allow-root', '--port=0', `--ServerApp.root_dir=${home}`];
  const words = ['anysession', 'exec', '--env', 'athena', '--', 'jupyter', 'lab', ...options];
  const { child, output, ended } = start(words);
  try {
    const address = /http:\/\/localhost:(\d+)\/lab\?token=(\w+)/;
    await expect.poll(() => output.stderr, { timeout: 60_000 }).toMatch(address);
    const [, port = '', token = ''] = address.exec(output.stderr) ?? [];
    const url = `http://localhost:${port}/doc/tree/examples/notebooks/first-session.ipynb?token=${token}`;
    const picture = process.env['PICTURE'] === undefined ? [] : [process.env['PICTURE']];
    const page = await start(['python', PAGE, url, '6', ...picture]).ended;
    expect(page.code, page.stderr).toBe(0);
    const { outputs, errors } = JSON.parse(page.stdout) as { outputs: readonly (readonly string[])[]; errors: unknown };
    expect(errors).toEqual([]);
    const [first = [], , sql = []] = outputs;
    expect(first.join('\n')).toContain('|1000000|499999500000|');
    expect(first.join('\n')).toMatch(
      /athena: session [0-9a-f-]{36} is (?:ready|busy) · age \d+s · 0\.\d+ DPU h · 0\.\d+ USD/,
    );
    expect(sql.join('\n')).toMatch(/rain\s+641\s+13\.5/);
    expect(emulator.oracle.live()).toHaveLength(1);
  } finally {
    // A kill would leave the kernels: each is in a separate process group, and Jupyter ends them.
    child.kill('SIGTERM');
    await ended;
  }
  await expect.poll(() => emulator.oracle.live(), { timeout: 30_000 }).toEqual([]);
});
