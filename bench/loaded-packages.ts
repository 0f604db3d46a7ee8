import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const HOOK = `import { writeSync } from 'node:fs';
export const load = (url, context, next) => { writeSync(1, 'LOADED ' + url + '\\n'); return next(url, context); };`;

/**
 * The packages that a piece of code loads in a fresh process. A load hook sees ES modules; `require.cache` sees the
 * CommonJS modules and native add-ons that they pull in.
 */
export async function packagesLoadedBy(code: string): Promise<string[]> {
  const program = `import { createRequire, register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(HOOK)}));
    ${code};
    for (const file of Object.keys(createRequire(import.meta.url).cache)) console.log('LOADED ' + file);`;
  const args = ['--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT });
  const names = stdout.matchAll(/^LOADED .*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//gm);
  return [...new Set(Array.from(names, ([, name]) => name ?? ''))].sort();
}
