import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { configFolder } from '../config/config-folder.ts';
import { cli } from './cli-run.ts';

const LISTING = fileURLToPath(new URL('./fixtures/listing-plugin.ts', import.meta.url));

const list = (args: readonly string[] = [], columns?: number) => {
  const cwd = configFolder({
    'anysession.config.yaml': `
defaultEnvironment: full
environments:
  full: { provider: ${LISTING} }
  empty: { provider: ${LISTING}, empty: true }
  unclosable: { provider: ${LISTING}, closing: fails }
  broken: { provider: ${LISTING}, listing: fails, closing: fails }
`,
  });
  return cli(['list', ...args], { cwd, ...(columns !== undefined && { columns }) });
};

const ids = (json: string) => (JSON.parse(json) as { handle: { id: string } }[]).map(({ handle }) => handle.id);

describe('anysession list', () => {
  it('shows what has not ended: state, name, owner and time', async () => {
    const { code, stdout, stderr } = await list();
    expect([code, stderr]).toEqual([0, '']);
    // The age depends on the day of the test.
    expect(stdout.replace(/\d+d \d+h/, 'AGE')).toBe(
      'session\tstate\tnative\tname\tkey\towner\tage\n' +
        's-1\tready\tIDLE\tnightly\t\tetl\tAGE\n' +
        's-2\tbusy\tBUSY\t\t\t\t\n' +
        's-3\tterminated\tTERMINATING\t\t\t\t\n' +
        's-5\t?\tWARMING\t\t\t\t\n',
    );
    const shown = (await list([], 80)).stdout.replace(/ {2,}(?:age|─+|\d+d \d+h)$/gm, '');
    expect(shown.split('\n').slice(0, 4)).toEqual([
      'session  state       native       name     key  owner',
      '───────  ──────────  ───────────  ───────  ───  ─────',
      's-1      ready       IDLE         nightly       etl',
      's-2      busy        BUSY',
    ]);
  });

  it('--all also shows what has ended, --state asks for some states', async () => {
    expect(ids((await list(['--all', '--json'])).stdout)).toEqual(['s-1', 's-2', 's-3', 's-4', 's-5']);
    expect(ids((await list(['--state', 'terminated', '--json'])).stdout)).toEqual(['s-3', 's-4']);
    expect(ids((await list(['--json', '--state', 'ready', 'busy'])).stdout)).toEqual(['s-1', 's-2']);
  });

  it('--json gives all that the service tells', async () => {
    const [first] = JSON.parse((await list(['--json'])).stdout) as unknown[];
    expect(first).toEqual({
      handle: { v: 1, provider: 'listing', scope: 'here', id: 's-1' },
      nativeState: 'IDLE',
      state: 'ready',
      acceptsWork: true,
      final: false,
      observedAtMs: 0,
      details: {
        name: 'nightly',
        createdAtMs: 1_795_168_923_456,
        ownership: { owner: 'etl', token: `as-${'0'.repeat(28)}-1` },
      },
    });
  });

  it('tells a failure of closing, and hides no other failure behind it', async () => {
    const unclosable = await list(['--env', 'unclosable']);
    expect([unclosable.code, unclosable.stderr]).toEqual([
      3,
      '[unauthenticated] close was refused\n→ Log in again or give valid credentials.\n',
    ]);
    const broken = await list(['--env', 'broken', '--json']);
    expect(JSON.parse(broken.stderr)).toMatchObject({
      error: { operation: 'listPage', others: [{ operation: 'close' }] },
    });
  });

  it('says to a person where it looked and how many there were', async () => {
    expect((await list([], 100)).stderr).toBe('4 live sessions on listing (here)\n');
    expect((await list(['--state', 'busy'], 100)).stderr).toBe('1 busy session on listing (here)\n');
    expect((await list(['--all'], 100)).stderr).toBe('5 sessions on listing (here)\n');
    expect(await list(['--env', 'empty'], 100)).toEqual({
      code: 0,
      stdout: '',
      stderr: 'no live sessions on listing (here)\n',
    });
    expect((await list(['--env', 'empty', '--json'])).stdout).toBe('[]\n');
  });
});
