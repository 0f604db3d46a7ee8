/** Collects the pages of the site from the repository into `.pages`, which VitePress builds. */
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { apiPages } from './api.ts';
import { Links } from './links.ts';
import { groups, PAGES, read, ROOT } from './pages.ts';
import { providerSections } from './provider-sections.ts';

const HOME = `---
title: anysession
titleTemplate: One API for Spark sessions
---

`;

const pages = groups().flatMap((group) => group.pages);
const links = new Links(new Map([['README.md', 'index'], ...pages.map(({ file, route }) => [file, route] as const)]));

function write(route: string, text: string): void {
  const path = join(PAGES, `${route}.md`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

rmSync(PAGES, { recursive: true, force: true });
write('index', HOME + links.rewrite('README.md', read('README.md')));
for (const { file, route } of pages) {
  const [, id] = /^providers\/(.+)\/README\.md$/.exec(file) ?? [];
  const text = id === undefined ? read(file) : beforeSources(read(file), await providerSections(id));
  write(route, links.rewrite(file, text));
}
for (const [route, text] of await apiPages()) write(route, text);
for (const [route, text] of links.sources()) write(route, text);
cpSync(new URL('public', import.meta.url), join(PAGES, 'public'), { recursive: true });
for (const [route, file] of links.pictures()) cpSync(join(ROOT, file), join(PAGES, 'public', route));

/** Puts sections in front of the section "Sources", which is the last one. */
function beforeSources(readme: string, sections: string): string {
  const end = readme.search(/^(## Sources|Sources, read|Read \d{4}-)/m);
  return end < 0
    ? `${readme.trimEnd()}\n${sections}`
    : `${readme.slice(0, end).trimEnd()}\n${sections}\n${readme.slice(end)}`;
}
