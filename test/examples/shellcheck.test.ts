import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'vitest';
import { cli } from '../cli/cli-run.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));
const isInstalled = spawnSync('shellcheck', ['--version']).status === 0;

describe('shellcheck has nothing to say about', () => {
  const scripts = readdirSync(EXAMPLES).filter((name) => name.endsWith('.sh'));
  const texts: Readonly<Record<string, () => Promise<string>>> = {
    'the completion script for bash': async () => (await cli(['completion', 'bash'])).stdout,
  };

  it.for([...scripts, ...Object.keys(texts)])('%s', async (name, context) => {
    if (!isInstalled) context.skip('shellcheck is not installed');
    const text = await texts[name]?.();
    const source = text === undefined ? { words: [`${EXAMPLES}${name}`] } : { words: ['-'], input: text };
    const { status, stdout } = spawnSync('shellcheck', source.words, { input: source.input, encoding: 'utf8' });
    context.expect(stdout).toBe('');
    context.expect(status).toBe(0);
  });
});
