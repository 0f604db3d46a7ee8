/** Rewrites the links of a repository's Markdown file for the site. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, normalize } from 'node:path';
import { read, ROOT } from './pages.ts';

const LINK = /(\]\()(?!https?:|#)([^)\s#]+)(#[^)\s]*)?\)/g;

/** The extensions of what pages show. */
const PICTURES = ['.png', '.svg'];

/** Where files of the repository are on the site. A linked file that is no page becomes one with its source text. */
export class Links {
  readonly #routes: ReadonlyMap<string, string>;
  readonly #sources = new Map<string, string>();
  readonly #pictures = new Map<string, string>();

  constructor(routes: ReadonlyMap<string, string>) {
    this.#routes = routes;
  }

  /** The text of `file` with links to pages of the site. Code blocks stay as they are. */
  rewrite(file: string, text: string): string {
    return text
      .split(/(^```[\s\S]*?^```$)/m)
      .map((part, index) =>
        index % 2 === 1
          ? part.replace(/^```mjs/, '```js')
          : part.replaceAll(LINK, (_, opening: string, path: string, anchor = '') => {
              const target = normalize(join(dirname(file), path)).replace(/\/$/, '');
              if (PICTURES.includes(extname(target))) return `${opening}/${this.#picture(target)})`;
              return `${opening}/${this.#route(target)}.md${anchor})`;
            }),
      )
      .join('');
  }

  /** The pages of the source files that were linked, by route. */
  sources(): ReadonlyMap<string, string> {
    return this.#sources;
  }

  /** The pictures that were linked, by route. */
  pictures(): ReadonlyMap<string, string> {
    return this.#pictures;
  }

  #picture(target: string): string {
    const route = `pictures/${basename(target)}`;
    this.#pictures.set(route, target);
    return route;
  }

  #route(target: string): string {
    const route = this.#routes.get(target);
    if (route !== undefined) return route;
    if (!existsSync(join(ROOT, target))) throw new Error(`link to ${target}, which does not exist`);
    const source = `source/${target.replaceAll('.', '-')}`;
    if (!this.#sources.has(source)) {
      this.#sources.set(source, '');
      this.#sources.set(source, statSync(join(ROOT, target)).isDirectory() ? this.#folder(target) : this.#file(target));
    }
    return source;
  }

  #file(target: string): string {
    return target.endsWith('.ipynb') ? this.rewrite(target, notebookPage(target)) : sourcePage(target);
  }

  #folder(target: string): string {
    const files = readdirSync(join(ROOT, target)).map((name) => `${target}/${name}`);
    const list = files.map((file) => `- [${file}](/${this.#route(file)}.md)`);
    return `---\nsearch: false\n---\n\n# ${target}\n\n${list.join('\n')}\n`;
  }
}

/** Languages by extension, where they differ. */
const LANGUAGES: Readonly<Record<string, string>> = {
  crontab: 'txt',
  mjs: 'js',
  service: 'ini',
  timer: 'ini',
  '': 'sh',
};

function sourcePage(file: string): string {
  const extension = extname(file).slice(1);
  const language = LANGUAGES[extension] ?? extension;
  return `---\nsearch: false\n---\n\n# ${file}\n\n\`\`\`\`${language}\n${read(file).trimEnd()}\n\`\`\`\`\n`;
}

/** A notebook as Jupyter writes it. */
interface Notebook {
  readonly metadata: { readonly kernelspec: { readonly language: string } };
  readonly cells: readonly { readonly cell_type: string; readonly source: string | readonly string[] }[];
}

/** The texts and the code of a notebook, without its outputs. */
function notebookPage(file: string): string {
  const { cells, metadata } = JSON.parse(read(file)) as Notebook;
  const parts = cells.map(({ cell_type: type, source }) => {
    const text = [source].flat().join('');
    return type === 'code' ? `\`\`\`${metadata.kernelspec.language}\n${text}\n\`\`\`` : text.replaceAll(/^#/gm, '##');
  });
  return `---\nsearch: false\n---\n\n# ${file}\n\n${parts.join('\n\n')}\n`;
}
