import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { SessionError } from '../../contract/session-error.ts';
import { print, printJson, type CommandContext } from '../terminal.ts';

/** Options of `provider init`. */
interface ProviderInitOptions {
  /** The folder to write to; by default a new one with the provider's name. */
  readonly dir?: string;
}

/**
 * Writes a package with a provider that compiles and passes the conformance kit: a copy of `providers/_template` under another name.
 * @throws SessionError `invalid-request` for a name that cannot be a provider's, `conflict` when the folder is not empty.
 */
export async function runProviderInit(
  { terminal, json }: CommandContext,
  name: string,
  { dir = name }: ProviderInitOptions,
): Promise<void> {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    throw refusal(
      'invalid-request',
      `"${name}" cannot be a provider's name: use lower-case letters, digits and hyphens`,
    );
  }
  const folder = resolve(terminal.cwd, dir);
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).some((file) => file !== '.git')) {
    throw refusal('conflict', `${folder} is not empty; name another folder with --dir`);
  }
  const require = createRequire(import.meta.url);
  const { version } = require('anysession/package.json') as { readonly version: string };
  const template = join(dirname(require.resolve('anysession/package.json')), 'providers/_template');
  const entries = await readdir(template, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((each) => each.isFile())) {
    const source = join(entry.parentPath, entry.name);
    const target = join(folder, rename(relative(template, source), name));
    await mkdir(dirname(target), { recursive: true });
    const text = rename(await readFile(source, 'utf8'), name);
    await writeFile(target, text.replace('ANYSESSION_VERSION', version));
  }
  const next = `cd ${relative(terminal.cwd, folder) || '.'} && npm install && npm test`;
  await (json ? printJson(terminal, { folder }) : print(terminal, `${folder}\nNext: ${next}\n`));
}

/** Replaces the template's name in each of its spellings, and the underscore of files that npm would treat specially. */
function rename(text: string, name: string): string {
  const camel = name.replace(/-(\w)/g, (_, first: string) => first.toUpperCase());
  return text
    .replace(/\btemplate(?=[A-Z(])/g, camel)
    .replaceAll('template', name)
    .replaceAll('Template', `${camel.charAt(0).toUpperCase()}${camel.slice(1)}`)
    .replaceAll('TEMPLATE', name.replaceAll('-', '_').toUpperCase())
    .replace(/^_(?=\w+\.json$)/, '');
}

function refusal(kind: 'conflict' | 'invalid-request', message: string): SessionError {
  return new SessionError(kind, message, { operation: 'providerInit' });
}
