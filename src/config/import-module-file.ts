import { extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The extensions that Node.js 20 cannot run itself. */
const TYPESCRIPT = /^\.[cm]?ts$/;

/**
 * Imports a module by its absolute path: JavaScript by Node.js, TypeScript by jiti, which behaves the same on every Node.js
 * version and under every runner. A module runs once per process.
 */
export async function importModuleFile(file: string): Promise<Readonly<Record<string, unknown>>> {
  if (!TYPESCRIPT.test(extname(file))) {
    // The path is known at run time only; webpack would replace the import with an empty context.
    return (await import(/* webpackIgnore: true */ pathToFileURL(file).href)) as Record<string, unknown>;
  }
  const { createJiti } = await import('jiti');
  // No cache on disk: its folder would be writable by everybody on the machine.
  return createJiti(file, { fsCache: false }).import(file);
}

/**
 * Finds a module as `import` in a file would: by the `import` condition of a package's exports, unlike `require.resolve`.
 * @param from - the path of that file
 * @returns the module's absolute path, or `undefined` when it does not exist
 */
export async function resolveModule(specifier: string, from: string): Promise<string | undefined> {
  const { createJiti } = await import('jiti');
  const url = createJiti(from).esmResolve(specifier, { try: true, conditions: ['node', 'import'] });
  return url?.startsWith('file:') === true ? fileURLToPath(url) : undefined;
}
