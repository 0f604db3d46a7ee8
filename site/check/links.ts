import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The pages of a built site, by path such as `/guide/cost.html`. */
export function builtPages(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.html') && file !== '404.html')
    .map((file) => `/${file}`)
    .sort();
}

/** The links of all pages that lead to no page, file or anchor, as `page: link`. */
export function brokenLinks(folder: string): string[] {
  const texts = new Map(builtPages(folder).map((page) => [page, readFileSync(join(folder, page), 'utf8')]));
  const anchors = new Map(
    Array.from(texts, ([page, text]) => [page, new Set(Array.from(text.matchAll(/ id="([^"]+)"/g), ([, id]) => id))]),
  );
  const broken = Array.from(texts).flatMap(([page, text]) =>
    Array.from(text.matchAll(/<a [^>]*?href="([^"]+)"/g), ([, href = '']) => href)
      .filter((href) => !isFine(href, page))
      .map((href) => `${page}: ${href}`),
  );
  return [...new Set(broken)];

  function isFine(href: string, page: string): boolean {
    const { pathname, hash, origin } = new URL(href.replaceAll('&amp;', '&'), `http://site${page}`);
    if (origin !== 'http://site') return true;
    const target = pathname.endsWith('/') ? `${pathname}index.html` : pathname;
    const ids = anchors.get(target);
    if (ids === undefined) return existsSync(join(folder, target));
    return hash === '' || ids.has(decodeURIComponent(hash.slice(1)));
  }
}
