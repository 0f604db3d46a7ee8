/** Writes the API reference: one page for each entry point of package.json, from the comments in the source. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Application, type TypeDocOptions } from 'typedoc';
import type { PluginOptions } from 'typedoc-plugin-markdown';
import { providerIds, read, ROOT } from './pages.ts';

/** An entry point: what a program imports, and the source file behind it. */
export interface EntryPoint {
  readonly specifier: string;
  readonly source: string;
  readonly route: string;
}

/** The entry points of the package that have types. */
export function entryPoints(): EntryPoint[] {
  const { exports } = JSON.parse(read('package.json')) as {
    exports: Record<string, { types?: string } | string | null>;
  };
  return Object.entries(exports).flatMap(([name, target]) => {
    const types = typeof target === 'object' ? target?.types : undefined;
    if (types === undefined) return [];
    const source = types.replace('./dist/', '').replace('.d.ts', '.ts');
    const ids = source.includes('*') ? providerIds() : [''];
    return ids.map((id) => {
      const specifier = `anysession${name.slice(1)}`.replace('*', id);
      const route = `api/${specifier.replace(/^anysession\/?/, '').replaceAll('/', '-') || 'index'}`;
      return { specifier, source: source.replace('*', id), route };
    });
  });
}

/** The pages of the reference, by route. */
export async function apiPages(): Promise<ReadonlyMap<string, string>> {
  const out = mkdtempSync(join(tmpdir(), 'anysession-api-'));
  const entries = entryPoints();
  const options: Partial<TypeDocOptions & PluginOptions> = {
    entryPoints: entries.map(({ source }) => join(ROOT, source)),
    tsconfig: join(ROOT, 'tsconfig.json'),
    plugin: ['typedoc-plugin-markdown'],
    router: 'module',
    readme: 'none',
    // The build checks the types.
    skipErrorChecking: true,
    disableSources: true,
    excludeInternal: true,
    hideBreadcrumbs: true,
    hidePageHeader: true,
    // VitePress numbers equal headings differently.
    useHTMLAnchors: true,
    parametersFormat: 'table',
    validation: {
      notExported: false,
      invalidLink: false,
      rewrittenLink: false,
      notDocumented: false,
      unusedMergeModuleWith: false,
    },
    logLevel: 'Warn',
  };
  try {
    const application = await Application.bootstrapWithPlugins(options);
    const project = await application.convert();
    if (project === undefined) throw new Error('TypeDoc could not read the sources');
    await application.outputs.writeOutput({ name: 'markdown', path: out }, project);
    return readPages(out, entries);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** TypeDoc's pages under our routes and titles, with their links. */
function readPages(out: string, entries: readonly EntryPoint[]): ReadonlyMap<string, string> {
  const written = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.md'));
  const byPage = new Map(entries.map((entry) => [`${entry.source.replace(/(\/index)?\.ts$/, '')}.md`, entry]));
  return new Map(
    written.flatMap((file): [string, string][] => {
      const entry = byPage.get(file);
      if (entry === undefined) return [];
      const text = readFileSync(join(out, file), 'utf8')
        .replace(/^# .*$/m, `# ${entry.specifier}`)
        .replaceAll(/\]\((?!https?:|#)([^)#\s]+\.md)(#[^)]*)?\)/g, (link: string, path: string, anchor = '') => {
          const target = [...byPage].find(([page]) => basename(page) === basename(path))?.[1];
          return target === undefined ? link : `](/${target.route}.md${anchor})`;
        });
      return [[entry.route, text]];
    }),
  );
}
