import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { brokenLinks } from '../../site/check/links.ts';
import { temporaryFolder } from '../temporary-folder.ts';

it.each([
  ['<a href="/guide/b.html#there">', []],
  ['<a class="x" href="./b.html">', []],
  ['<a href="/guide/">', []],
  ['<a href="https://example.com/nothing">', []],
  ['<a href="#here">', []],
  ['<a href="/guide/c.html"><a href="/guide/c.html">', ['/guide/a.html: /guide/c.html']],
  ['<a href="/guide/b.html#nowhere">', ['/guide/a.html: /guide/b.html#nowhere']],
  ['<a href="#nowhere">', ['/guide/a.html: #nowhere']],
])('the check of the site finds broken links and anchors in %s', (html, broken) => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'guide'));
  writeFileSync(join(folder, 'guide/a.html'), `<h1 id="here">A</h1>${html}`);
  writeFileSync(join(folder, 'guide/b.html'), '<h1 id="there">B</h1>');
  writeFileSync(join(folder, 'guide/index.html'), '');
  expect(brokenLinks(folder)).toEqual(broken);
});
