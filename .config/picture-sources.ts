/** What the pictures that need a browser show: a hash of each is kept beside them, so that a test sees a picture that is older. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

export const PICTURES = join(ROOT, 'docs/pictures');

/** Where the hashes are. */
export const RECORD = join(PICTURES, 'sources.json');

const SOURCES: Readonly<Record<string, readonly string[]>> = {
  'notebook.png': ['examples/notebooks/first-session.ipynb', 'src/cli/kernel/startup.py'],
  'site.png': ['docs/guide/tutorial.md', 'site/.vitepress/theme/style.css'],
};

/** The hash of what each picture shows, by its file. */
export function sourceHashes(): Readonly<Record<string, string>> {
  const hashes = Object.entries(SOURCES).map(([picture, files]) => {
    const hash = createHash('sha256');
    for (const file of files) hash.update(readFileSync(join(ROOT, file)));
    return [picture, hash.digest('hex')] as const;
  });
  return Object.fromEntries(hashes);
}
