/**
 * Makes the pictures of the README and the guides from real runs: `tsx .config/make-pictures.ts`, after `npm run build`.
 * - `docs/pictures/notebook.png`: JupyterLab's page, on an emulated Athena; needs chromium and pngquant.
 * - `docs/pictures/site.png`: a page of the site; needs them too.
 * - `docs/pictures/terminal.svg`: commands of the build on an emulated cloud.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PICTURES, RECORD, sourceHashes } from './picture-sources.ts';
import { terminalLines, toSvg } from './terminal-picture.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

function npm(words: readonly string[], env: NodeJS.ProcessEnv = {}): void {
  execFileSync('npm', ['run', '--silent', ...words], { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...env } });
}

function drawNotebook(): void {
  const file = join(PICTURES, 'notebook.png');
  npm(['notebooks', '--', 'jupyterlab'], { PICTURE: file });
  shrink(file);
}

function drawSite(): void {
  const file = join(PICTURES, 'site.png');
  npm(['site']);
  npm(['site:check', '--', '--pictures', '/guide/tutorial.html']);
  copyFileSync(join(ROOT, 'site/pictures/guide_tutorial_html-1400.png'), file);
  shrink(file);
}

/** A page of the site has at most 200 kB. */
function shrink(file: string): void {
  execFileSync('pngquant', ['--force', '--nofs', '--ext', '.png', '32', file]);
}

const folder = mkdtempSync(join(tmpdir(), 'anysession-pictures-'));
try {
  writeFileSync(join(PICTURES, 'terminal.svg'), toSvg(await terminalLines(folder)));
  drawNotebook();
  drawSite();
  writeFileSync(RECORD, `${JSON.stringify(sourceHashes(), undefined, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
