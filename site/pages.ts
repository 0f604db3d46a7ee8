/**
 * The pages of the site. Each is a file of the repository: guides, the README of each provider, the pages about the project.
 * A new guide or provider appears without a change here; {@link GUIDES} only gives the guides their order.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Where the collected pages are, which VitePress builds. */
export const PAGES = fileURLToPath(new URL('.pages', import.meta.url));

/** The guides in reading order, by file name without `.md`. A guide that is missing here comes last, and a test names it. */
export const GUIDES: Readonly<Record<string, readonly string[]>> = {
  Start: ['tutorial', 'try-without-a-cloud', 'choose-a-provider', 'configuration'],
  Use: ['sql-and-results', 'command-line', 'tasks', 'agents', 'batches', 'local-engines', 'errors'],
  Python: ['python', 'notebooks', 'clients', 'spark-connect', 'proxy', 'python-tests'],
  Operate: [
    'cost',
    'what-a-crash-costs',
    'sweeping',
    'quotas',
    'telemetry',
    'what-happens-when',
    'bundlers',
    'verify',
    'emulator',
    'writing-a-provider',
  ],
  'Coming from': [
    'coming-from-sdks',
    'coming-from-livy',
    'coming-from-dbt-profiles',
    'coming-from-databricks-connect',
    'coming-from-google-clients',
  ],
};

/** A page of the site. */
export interface Page {
  /** The file in the repository. */
  readonly file: string;
  /** Where it is on the site, without an extension: `guide/cost`. */
  readonly route: string;
}

/** A group of pages in the sidebar. */
export interface Group {
  readonly title: string;
  readonly pages: readonly Page[];
}

const markdownIn = (folder: string): string[] =>
  readdirSync(join(ROOT, folder))
    .filter((file) => file.endsWith('.md'))
    .map((file) => file.slice(0, -'.md'.length))
    .sort();

const guide = (name: string): Page => ({ file: `docs/guide/${name}.md`, route: `guide/${name}` });

/** The ids of the built-in providers. */
export function providerIds(): string[] {
  return readdirSync(join(ROOT, 'providers'))
    .filter((id) => !id.startsWith('_') && existsSync(join(ROOT, 'providers', id, 'README.md')))
    .sort();
}

/** The groups of the sidebar, in order. */
export function groups(): Group[] {
  const guides = markdownIn('docs/guide');
  const ordered = Object.values(GUIDES).flat();
  const rest = guides.filter((name) => !ordered.includes(name));
  const decisions = markdownIn('docs/decisions');
  return [
    ...Object.entries(GUIDES).map(([title, names]) => ({
      title,
      pages: names.filter((name) => guides.includes(name)).map(guide),
    })),
    ...(rest.length === 0 ? [] : [{ title: 'More guides', pages: rest.map(guide) }]),
    {
      title: 'Providers',
      pages: providerIds().map((id) => ({ file: `providers/${id}/README.md`, route: `providers/${id}` })),
    },
    {
      title: 'Project',
      pages: [
        { file: 'docs/architecture.md', route: 'project/architecture' },
        { file: 'src/contract/CONTRACT.md', route: 'project/contract' },
        { file: 'CHANGELOG.md', route: 'project/changelog' },
        ...['README', ...decisions.filter((name) => name !== 'README')].map((name) => ({
          file: `docs/decisions/${name}.md`,
          route: `project/decisions/${name === 'README' ? 'index' : name}`,
        })),
      ],
    },
  ];
}

/** The text of the first heading of a Markdown file, without code marks. */
export function titleOf(markdown: string): string {
  return (/^# (.+)$/m.exec(markdown)?.[1] ?? '').replaceAll('`', '').replaceAll('\\', '');
}

/** The text of a file of the repository. */
export function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** The anchor that GitHub makes of a heading, so that one link works there and here. */
export function slugify(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-');
}
