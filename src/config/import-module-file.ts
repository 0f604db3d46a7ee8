import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The ending of a file whose types must be taken out before Node.js can run it. */
const TYPESCRIPT = /^\.[cm]?ts$/;

/**
 * Imports a module by its absolute path: JavaScript as Node.js does it, TypeScript through jiti, which works alike on
 * every Node.js version and under every runner. A module is run once a process.
 */
export async function importModuleFile(file: string): Promise<Readonly<Record<string, unknown>>> {
  if (!TYPESCRIPT.test(extname(file))) return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  const { createJiti } = await import('jiti');
  // No cache on disk: it would lie in a folder that anybody on the machine may write to.
  return createJiti(import.meta.url, { fsCache: false }).import(file);
}
