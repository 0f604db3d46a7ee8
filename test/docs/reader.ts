import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { quoted } from '../cli/process.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { ROOT } from './document-blocks.ts';

const ANYSESSION = quoted([process.execPath, join(ROOT, 'dist/src/cli/main.js')]);

/** The programs of a reader. They install nothing: `npm run package-check` installs the packed package with npm. */
const PROGRAMS: Readonly<Record<string, string>> = {
  npm: '',
  pip: '',
  npx: `shift\nexec ${ANYSESSION} "$@"`,
  anysession: `exec ${ANYSESSION} "$@"`,
  esbuild: `exec ${quoted([join(ROOT, 'node_modules/.bin/esbuild')])} "$@"`,
};

/** A folder in which this package is installed, as built, with these files, and with programs that run it; `programs` are more of these. */
export function reader(
  files: Iterable<readonly [string, string]>,
  programs: Readonly<Record<string, string>> = {},
  onFinished = onTestFinished,
) {
  const cwd = temporaryFolder(onFinished);
  const write = (name: string, text: string, mode = 0o644): void => {
    mkdirSync(dirname(join(cwd, name)), { recursive: true });
    writeFileSync(join(cwd, name), text);
    chmodSync(join(cwd, name), mode);
  };
  for (const [name, text] of files) write(name, text);
  for (const [name, script] of Object.entries({ ...PROGRAMS, ...programs }))
    write(`bin/${name}`, `#!/bin/sh\n${script}\n`, 0o755);
  mkdirSync(join(cwd, 'node_modules'));
  symlinkSync(ROOT, join(cwd, 'node_modules/anysession'));
  const path = `${join(cwd, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`;
  // A `pip` that is called in another way installs nothing on this machine either.
  return { cwd, env: { PATH: path, HOME: cwd, PIP_NO_INDEX: '1' } };
}
