import { describe, it } from 'vitest';
import { cloud, CLOUDS } from './clouds.ts';

const rows = (stdout: string): readonly Readonly<Record<string, string>>[] => {
  const [header = [], ...lines] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  return lines.map((cells) => Object.fromEntries(header.map((name, at) => [name, cells[at] ?? ''])));
};

describe('anysession list, on each cloud', { timeout: 60_000 }, () => {
  it.concurrent.for(CLOUDS)('%s: shows the key of sessions of this host, and whole ids', async (name, context) => {
    const { expect } = context;
    const { run, start } = await cloud(name, context);
    const keyed = await start('--key', 'nightly', '--name', 'report');
    const plain = await start();
    const { stdout, stderr } = await run(['list']);
    expect(stderr).toBe('');
    const byId = new Map(rows(stdout).map((row) => [row['session'], row]));
    expect(byId.get(keyed)).toMatchObject({ key: 'nightly', name: 'report', owner: 'me' });
    expect(byId.get(plain)).toMatchObject({ key: '' });
    expect(stdout).not.toContain('\tcost');
    for (const columns of [80, 200]) expect((await run(['list'], { columns })).stdout).toContain(keyed);
  });

  it.concurrent.for(CLOUDS)('%s: shows the cost where the environment has prices', async (name, context) => {
    const { expect } = context;
    const more = ', prices: { currency: EUR, sessionHour: 3600 }';
    const { run, start } = await cloud(name, context, 0, { more });
    const id = await start();
    const [row] = rows((await run(['list'])).stdout);
    expect(row).toMatchObject({ session: id });
    expect(row?.['cost']).toMatch(/^\d+\.\d+ EUR$/);
  });

  it.concurrent.for(CLOUDS)('%s: says that ended sessions are not in the list', async (name, context) => {
    const { expect } = context;
    const { run, start } = await cloud(name, context);
    const id = await start();
    await run(['terminate', id, '--wait']);
    for (const words of [['--all'], ['--state', 'failed'], ['--all', '--state', 'terminated', 'ready']]) {
      const { code, stderr } = await run(['list', ...words]);
      expect(code).toBe(0);
      expect(stderr).toMatch(/^warning: .* lists no ended sessions\. To see one, run: anysession describe ID\n$/);
    }
    expect((await run(['list', '--state', 'ready'])).stderr).toBe('');
    expect((await run(['describe', id])).stdout).toMatch(/^state +terminated/m);
  });
});
