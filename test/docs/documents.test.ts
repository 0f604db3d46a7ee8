import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { documents, fill, generateDocs } from '../../.config/generate-docs.ts';
import { ERROR_KINDS } from '../../src/contract/error-kinds.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

describe('the documents', () => {
  it('say what the code says: `npm run docs:generate` would change none of them', async () => {
    expect(await generateDocs({ write: false })).toEqual([]);
  });

  it('have every error kind in the error table, and no other', () => {
    const kinds = Array.from(read('docs/guide/errors.md').matchAll(/^\| `([a-z-]+)`/gm), ([, kind]) => kind);
    expect(kinds).toEqual(Object.keys(ERROR_KINDS));
  });

  it('have a README whose program and capability table come from the code', () => {
    expect(read('README.md')).toMatch(/<!-- code: examples\/\S+ -->\n\n```ts\n/);
    expect(read('README.md')).toMatch(/<!-- generated: capabilities -->\n\n\|.*`local`/);
  });

  it.each(documents())('%s links to files and headings that exist', (file) => {
    const links = Array.from(read(file).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g));
    const broken = links.filter(([, path = '', heading]) => {
      const target = path === '' ? file : join(dirname(file), path);
      return !existsSync(join(ROOT, target)) || (heading !== undefined && !headingsOf(target).includes(heading));
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });
});

describe('the decisions', () => {
  const pages = readdirSync(join(ROOT, 'docs/decisions')).filter((file) => /^\d{4}-/.test(file));

  it('are numbered without gaps, and the index lists each', () => {
    expect(pages.map((file) => Number(file.slice(0, 4)))).toEqual(pages.map((_, index) => index + 1));
    expect(pages.filter((file) => !read('docs/decisions/README.md').includes(`](${file})`))).toEqual([]);
  });

  it('are each linked from the code they protect, and every link has its page', () => {
    const code = ['src', 'providers'].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .map((file) => read(join(folder, file))),
    );
    const linked = code.flatMap((text) => Array.from(text.matchAll(/docs\/decisions\/(\S+\.md)/g), ([, file]) => file));
    expect(linked.sort()).toEqual(pages);
  });
});

describe('a generated block', () => {
  const block = (opening: string): string => `before\n\n<!-- ${opening} -->\nold text\n<!-- end -->\n\nafter`;

  it('replaces what stood there and nothing around it', async () => {
    const filled = await fill(block('generated: errors'));
    expect(filled).toMatch(/^before\n\n<!-- generated: errors -->\n\n\| kind/);
    expect(filled).toMatch(/\|\n\n<!-- end -->\n\nafter$/);
    expect(filled).not.toContain('old text');
    expect(await fill(filled)).toBe(filled);
  });

  it('is cut from a file, or from a region of it', async () => {
    const whole = await fill(block('code: examples/nightly-report.ts'));
    const region = await fill(block('code: examples/nightly-report.ts#readme'));
    expect(whole).toContain('// region readme');
    expect(region).toContain('```ts\nawait using sessions');
    expect(region).not.toContain('region');
  });

  it('that nobody can fill is an error', async () => {
    await expect(fill(block('generated: nothing'))).rejects.toThrow("unknown table 'nothing'");
    await expect(fill(block('code: examples/nightly-report.ts#nowhere'))).rejects.toThrow("no region 'nowhere'");
  });
});

/** The anchors that a renderer makes of a document's headings. */
function headingsOf(file: string): string[] {
  return Array.from(read(file).matchAll(/^#+ (.*)$/gm), ([, text = '']) =>
    text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-'),
  );
}
