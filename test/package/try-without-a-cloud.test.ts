import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { pageBlocks } from '../clients/page-blocks.ts';
import { emptyFolder, pack, ROOT, run } from './fresh-folder.ts';

const parent = emptyFolder();

afterAll(() => {
  rmSync(parent, { recursive: true, force: true });
});

it('the three commands of "Try it without a cloud" run in an empty folder, with the packed package', async () => {
  const page = readFileSync(join(ROOT, 'docs/guide/try-without-a-cloud.md'), 'utf8');
  const { file } = await pack(parent);
  const commands = pageBlocks(page).runs.map(({ command }) =>
    command.replace('npm install anysession', `npm install --no-audit --no-fund ${file}`),
  );
  expect(commands[0]?.trim().split('\n')).toHaveLength(3);
  const folder = join(parent, 'empty');
  mkdirSync(folder);
  const script = `trap 'kill "$ANYSESSION_EMULATOR_PID" 2>/dev/null || true' EXIT\n${commands.join('\n')}`;
  const { stdout } = await run('bash', ['-euc', script], { cwd: folder, env: { ...process.env, ANYSESSION_ENV: '' } });
  expect(stdout).toContain('answer');
  expect(stdout).toMatch(/\b42\b/);
  expect(stdout.trim().endsWith('stopped')).toBe(true);
});
