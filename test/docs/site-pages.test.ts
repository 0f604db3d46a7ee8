import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { groups, GUIDES, providerIds } from '../../site/pages.ts';
import { providerSections } from '../../site/provider-sections.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const headings = (text: string): string[] => Array.from(text.matchAll(/^## (.+)$/gm), ([, heading = '']) => heading);

describe('the site', () => {
  it('has every guide in its order, and no guide that is missing', () => {
    const guides = readdirSync(join(ROOT, 'docs/guide')).map((file) => file.replace('.md', ''));
    expect(Object.values(GUIDES).flat().sort()).toEqual(guides.sort());
  });

  it('has every page once, from a file that exists', () => {
    const pages = groups().flatMap((group) => group.pages);
    expect(pages.filter(({ file }) => !existsSync(join(ROOT, file)))).toEqual([]);
    expect(new Set(pages.map(({ route }) => route)).size).toBe(pages.length);
  });

  it.each(providerIds())('has all parts of the page of %s', async (id) => {
    const parts = [...headings(read(`providers/${id}/README.md`)), ...headings(await providerSections(id))];
    expect(parts).toEqual(
      expect.arrayContaining(['Set up', 'Options', 'Permissions', 'Connect', 'Quotas and cost', 'Troubleshooting']),
    );
  });

  it.each(providerIds())('has the errors of %s with what to do', async (id) => {
    const rows = (await providerSections(id)).split('\n').filter((line) => line.includes('errors.md'));
    expect(rows.length).toBeGreaterThan(4);
    const silent = rows.filter((row) => /\|\s*\|$/.test(row) && !/`(invalid-request|aborted)`/.test(row));
    expect(silent).toEqual([]);
    expect(rows.join('\n')).not.toContain(ROOT);
  });

  it.each(providerIds().filter((id) => read(`providers/${id}/README.md`).includes('"Statement"')))(
    'has a policy of %s with actions from its table, and those of every session',
    (id) => {
      const text = read(`providers/${id}/README.md`);
      const [, policy = ''] = /```json\n(\{\s*"Version"[\s\S]*?)```/.exec(text) ?? [];
      const { Statement } = JSON.parse(policy) as { Statement: readonly { Action: string | string[] }[] };
      const allowed = Statement.flatMap(({ Action }) => Action);
      const rows = text.slice(text.indexOf('## Permissions')).split('\n## Q')[0]?.split('\n') ?? [];
      const actionsIn = (lines: readonly string[]): string[] =>
        lines.flatMap((line) => Array.from(line.matchAll(/`([a-z-]+:[A-Z]\w+)`/g), ([, action = '']) => action));
      expect(allowed.filter((action) => !actionsIn(rows).includes(action))).toEqual([]);
      expect(allowed).toEqual(expect.arrayContaining(actionsIn(rows.filter((row) => /\| everything/.test(row)))));
    },
  );
});
