import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../src/config/check-config.ts';
import { BUILT_IN_IDS } from '../../src/config/built-in-providers.ts';
import { configFolder, refusalOf } from './config-folder.ts';

const GUIDE = readFileSync(new URL('../../docs/guide/configuration.md', import.meta.url), 'utf8');

const blocks = (language: string): readonly string[] =>
  [...GUIDE.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].flatMap(([, kind, text]) => (kind === language ? [text ?? ''] : []));

describe('the guide to configuration', () => {
  it("begins with a file that works, but for the package that is nobody's", async () => {
    const [first = ''] = blocks('yaml');
    const cwd = configFolder({ 'anysession.config.yaml': first });
    const { problems, environments } = await checkConfig({ cwd, env: { LIVY_URL: 'https://livy' } });
    expect(environments.map(({ name }) => name)).toEqual(['dev', 'prod']);
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('npm install @acme/anysession-livy'),
    ]);
  });

  it('has a TypeScript example that works', async () => {
    const text = blocks('ts').find((block) => block.includes('export default')) ?? '';
    const cwd = configFolder({ 'anysession.config.ts': text });
    await expect(checkConfig({ cwd, env: {} })).resolves.toMatchObject({ problems: [], selected: 'dev' });
  });

  it('shows problems as they are', async () => {
    const cwd = configFolder({
      'base.yaml': 'environments: { dev: { session: { size: big } } }',
      'anysession.config.yaml':
        'extends: base.yaml\nenviroments: {}\nenvironments: { dev: { provider: local, session: { idleTimeoutMs: 30m } } }',
    });
    expect(`[config-invalid] ${await refusalOf({ cwd })}\n`).toBe(blocks('text')[0]);
  });

  it('names the built-in providers', async () => {
    for (const id of BUILT_IN_IDS) expect(GUIDE).toContain(`\`${id}\``);
  });
});
