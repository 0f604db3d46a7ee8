import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { entryPoints } from '../api.ts';
import { groups, read, slugify, titleOf, type Group } from '../pages.ts';
import { scrollableBlocks } from './scrollable-blocks.ts';

const link = (route: string): string => `/${route.replace(/(^|\/)index$/, '$1')}`;

function sidebarGroup({ title, pages }: Group) {
  return { text: title, items: pages.map(({ file, route }) => ({ text: titleOf(read(file)), link: link(route) })) };
}

const project = groups()
  .filter(({ title }) => title === 'Project')
  .map(sidebarGroup);
const api = {
  text: 'API reference',
  items: entryPoints().map(({ specifier, route }) => ({
    text: specifier.replace('anysession/', ''),
    link: link(route),
  })),
};

export default defineConfig({
  title: 'anysession',
  description: 'One TypeScript API for Spark sessions on Athena, EMR, Glue, Dataproc and your laptop',
  lang: 'en',
  // A project page of a forge is below a path.
  base: process.env['SITE_BASE'] ?? '/',
  srcDir: fileURLToPath(new URL('../.pages', import.meta.url)),
  head: [['link', { rel: 'icon', href: `${process.env['SITE_BASE'] ?? '/'}icon.svg` }]],
  // Prefetching loads every page that is linked from a page.
  router: { prefetchLinks: false },
  markdown: {
    anchor: { slugify },
    // The comments of the default themes have less contrast than WCAG AA asks for.
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    config: scrollableBlocks,
  },
  themeConfig: {
    search: { provider: 'local', options: { detailedView: true } },
    nav: [
      { text: 'Tutorial', link: '/guide/tutorial' },
      { text: 'Providers', link: '/guide/choose-a-provider' },
      { text: 'API', link: '/api/' },
      { text: 'Project', link: '/project/architecture' },
    ],
    sidebar: {
      '/api/': [api],
      '/project/': project,
      '/': groups()
        .filter(({ title }) => title !== 'Project')
        .map(sidebarGroup),
    },
    outline: { level: [2, 3] },
    footer: { message: 'Apache-2.0' },
  },
});
