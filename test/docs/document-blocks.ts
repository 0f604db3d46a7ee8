import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { documents } from '../../.config/generate-docs.ts';

/** The repository. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A block of a document. */
export interface Block {
  readonly file: string;
  /** `file:line` */
  readonly name: string;
  readonly language: string;
  readonly text: string;
  /** Whether a comment before it says which clients run it. */
  readonly isMarked: boolean;
}

/** The blocks of all documents, without those that are cut from files: these are tested where they are. */
export const BLOCKS: readonly Block[] = documents().flatMap((file) => {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const written = text.replaceAll(/<!-- code: [\s\S]*?<!-- end -->/g, (cut) => cut.replaceAll(/.*/g, ''));
  return Array.from(written.matchAll(/^( *)```(\w*)\n([\s\S]*?)^\1```$/gm), (match) => {
    const before = written.slice(0, match.index);
    return {
      file,
      name: `${file}:${before.split('\n').length}`,
      language: match[2] ?? '',
      text: match[3] ?? '',
      isMarked: /<!-- (?:run|steps): [^\n]+ -->\n+$/.test(before),
    };
  });
});

/** The blocks in these languages. */
export const blocksIn = (...languages: readonly string[]): Block[] =>
  BLOCKS.filter(({ language }) => languages.includes(language));
